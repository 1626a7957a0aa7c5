import type { BuildOutputLineView, DeviceLogLineView } from '@flotilla/contracts'
import { printable, printableLine } from './printable.js'
import type { Style } from './style.js'

/** `2026-11-21 10:00:00 web | text`, in the reader's time zone; the supervisor's own lines name no service. */
export function renderLogLine(line: DeviceLogLineView, style: Style, coloured: boolean): string {
  const source = printable(line.service ?? (line.stream === 'system' ? 'supervisor' : ''))
  const cut = line.truncated ? style('dim', ' … (cut)') : ''
  const text = printableLine(line.text, coloured)
  const shown = line.stream === 'stdout' ? text : style(line.stream === 'stderr' ? 'yellow' : 'dim', text)
  return `${style('dim', localTime(line.at))} ${style('cyan', source)} | ${shown}${cut}`
}

export function renderBuildLine(line: BuildOutputLineView, style: Style, coloured: boolean): string {
  const service = line.service === undefined ? '' : `${style('cyan', printable(line.service))} | `
  const text = printableLine(line.text, coloured)
  switch (line.kind) {
    case 'step':
      return style('bold', `-----> ${text}`)
    case 'error':
      return service + style('red', text)
    case 'output':
      return service + text
  }
}

function localTime(timestamp: string): string {
  // Sweden writes dates as ISO 8601 does, and so sorts them.
  return new Date(timestamp).toLocaleString('sv-SE')
}
