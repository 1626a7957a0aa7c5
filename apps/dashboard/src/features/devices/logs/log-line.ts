import type { DeviceLogLineView } from '@flotilla/contracts'
import type { ViewerLine } from '../../../components/lines/viewer-line.js'

const TONES = { stdout: 'plain', stderr: 'error', system: 'system' } as const

export function logLine(line: DeviceLogLineView, withSource: boolean): ViewerLine {
  const { id, at, service, stream, text, truncated } = line
  return {
    id,
    at,
    tone: TONES[stream],
    text: truncated ? `${text} … (cut: the line was too long)` : text,
    ...(withSource && { source: service ?? 'supervisor' }),
  }
}
