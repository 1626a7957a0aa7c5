import type { UpdateWindow } from '@flotilla/contracts'
import { zoneOf, type Zone } from './zone.js'

/*
 * When a device may download or switch: stretches of local time. Of a window over midnight, the day is the one on which
 * it begins. Where clocks are set, the wall clock counts: what they skip is no opening, what they show twice is two.
 */

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
// The fifth Monday of a month is never further away, and no window of a valid policy is rarer.
const MOST_DAYS_AHEAD = 400

/** Whether any of them is open; having none is no restriction. */
export function isOpen(windows: readonly UpdateWindow[], now: number, timeZone: string | Zone): boolean {
  if (windows.length === 0) return true
  const wall = asZone(timeZone).wallAt(now)
  return windows.some((window) => isOpenAt(window, wall))
}

/** The first moment from `now` on at which one of them is open: `now` itself where one is. Absent: none ever is. */
export function nextOpening(
  windows: readonly UpdateWindow[],
  now: number,
  timeZone: string | Zone,
): number | undefined {
  const zone = asZone(timeZone)
  if (isOpen(windows, now, zone)) return now
  const openings = windows.flatMap((window) => nextOpeningOf(window, now, zone) ?? [])
  return openings.length > 0 ? Math.min(...openings) : undefined
}

function asZone(timeZone: string | Zone): Zone {
  return typeof timeZone === 'string' ? zoneOf(timeZone) : timeZone
}

function isOpenAt(window: UpdateWindow, wall: number): boolean {
  const today = startOfDay(wall)
  return [today - DAY_MS, today].some((day) => {
    const { from, to } = stretchOn(window, day)
    return isDayOf(window, day) && from <= wall && wall < to
  })
}

function nextOpeningOf(window: UpdateWindow, now: number, zone: Zone): number | undefined {
  const today = startOfDay(zone.wallAt(now))
  // From yesterday on: of a stretch over midnight, the clocks may show a part twice.
  for (let day = today - DAY_MS; day <= today + MOST_DAYS_AHEAD * DAY_MS; day += DAY_MS) {
    if (!isDayOf(window, day)) continue
    const { from } = stretchOn(window, day)
    const opening = [...zone.momentsAt(from), zone.firstMomentAt(from)]
      .sort((a, b) => a - b)
      .find((moment) => moment > now && isOpenAt(window, zone.wallAt(moment)))
    if (opening !== undefined) return opening
  }
  return undefined
}

function stretchOn({ from, to }: UpdateWindow, day: number): { from: number; to: number } {
  const isOverMidnight = minutesOf(to) <= minutesOf(from)
  return {
    from: day + minutesOf(from) * MINUTE_MS,
    to: day + minutesOf(to) * MINUTE_MS + (isOverMidnight ? DAY_MS : 0),
  }
}

function isDayOf({ days, weeksOfMonth }: UpdateWindow, day: number): boolean {
  const date = new Date(day)
  const weekday = WEEKDAYS[date.getUTCDay()]
  if (days && !days.some((it) => it === weekday)) return false
  if (!weeksOfMonth) return true
  const isLast = new Date(day + 7 * DAY_MS).getUTCMonth() !== date.getUTCMonth()
  const week = Math.ceil(date.getUTCDate() / 7)
  return weeksOfMonth.some((it) => (it === 'last' ? isLast : it === week))
}

function startOfDay(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS
}

function minutesOf(timeOfDay: string): number {
  const [hours, minutes] = timeOfDay.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
