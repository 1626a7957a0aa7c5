import { InvalidArgumentError } from 'commander'

/* Readers of option values: they give the value or say what a right one looks like. */

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 on.')
  return Number(text)
}

/** `90m`, `12h`, `30d` as seconds. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,6})([smhdw])$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Give a time like 90m, 12h or 30d.')
  return Number(count) * SECONDS[unit as keyof typeof SECONDS]
}

/** For an option that may be given several times. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value]
}
