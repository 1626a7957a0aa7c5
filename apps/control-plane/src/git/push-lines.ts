import type { BuildOutputLineView, BuildView } from '@flotilla/contracts'

/** The lines of a push, as its pusher reads them behind `remote:`. Pure. */

export const step = (text: string) => `-----> ${text}`
export const detail = (text: string) => `       ${text}`
// A reason may go on in further lines, such as the last ones of a command that failed.
export const problem = (text: string) => ` !     ${text.replaceAll('\n', `\n${detail('')}`)}`

export function outputLine({ kind, service, text }: BuildOutputLineView): string {
  const isNamed = service === undefined || kind === 'step' || text.startsWith(`${service} `)
  const named = isNamed ? text : `${service} | ${text}`
  switch (kind) {
    case 'step':
      return step(named)
    case 'error':
      return problem(named)
    case 'output':
      return detail(named)
  }
}

/** What there is to say of a build's state; nothing while it just runs. */
export function stateLine(build: BuildView): string | undefined {
  if (build.state !== 'queued') return undefined
  const before = build.queuePosition ?? 0
  return before === 0 ? step('Waiting for a builder') : step(`Queued: ${ordinal(before + 1)} in the queue`)
}

export function ordinal(count: number): string {
  const teens = count % 100 >= 11 && count % 100 <= 13
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${ending}`
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(count) / 3), units.length)
  return `${(count / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Rows of equal columns, each as wide as its longest text. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
