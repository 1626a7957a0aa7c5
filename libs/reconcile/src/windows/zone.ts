/*
 * Wall clocks of time zones, by the rules that come with the JavaScript engine. A wall time is written as the milliseconds
 * since the epoch at which a clock in UTC would show the same date and time.
 */

export interface Zone {
  name: string
  /** What a clock in this zone shows at a moment. */
  wallAt(moment: number): number
  /** The moments at which it shows `wall`: one, two when clocks go back over it, none when they skip it. */
  momentsAt(wall: number): number[]
  /** The first moment at which it shows `wall` or, where that is skipped, what comes after the gap. */
  firstMomentAt(wall: number): number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The first of the names that this machine knows; UTC where it knows none. */
export function zoneOf(...names: (string | undefined)[]): Zone {
  for (const name of [...names, 'UTC']) {
    const format = name === undefined || name === '' ? undefined : formatOf(name)
    if (name !== undefined && format) return zone(name, format)
  }
  throw new Error('This JavaScript engine knows no time zone at all.')
}

// Whoever set the name may have mistyped it, and a plan must be made all the same.
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function zone(name: string, format: Intl.DateTimeFormat): Zone {
  const wallAt = (moment: number) => {
    const parts = format.formatToParts(moment)
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((it) => it.type === type)?.value)
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  }
  const offsetAt = (moment: number) => wallAt(moment) - moment
  // By the clock's distance from UTC the day before and the day after: clocks are not set twice in two days.
  const guesses = (wall: number) => [...new Set([wall - offsetAt(wall - DAY_MS), wall - offsetAt(wall + DAY_MS)])]
  const momentsAt = (wall: number) =>
    guesses(wall)
      .filter((moment) => wallAt(moment) === wall)
      .sort((a, b) => a - b)
  const firstMomentAt = (wall: number) => momentsAt(wall)[0] ?? firstAfterGap(wallAt, wall, guesses(wall))
  return { name, wallAt, momentsAt, firstMomentAt }
}

// In a gap, one guess lies before it and the other one behind it.
function firstAfterGap(wallAt: Zone['wallAt'], wall: number, guesses: number[]): number {
  let before = Math.min(...guesses)
  let after = Math.max(...guesses)
  while (after - before > MINUTE_MS) {
    const middle = before + Math.floor((after - before) / (2 * MINUTE_MS)) * MINUTE_MS
    if (wallAt(middle) < wall) before = middle
    else after = middle
  }
  return after
}
