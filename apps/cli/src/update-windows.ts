import type { UpdateWindow } from '@flotilla/contracts'
import { InvalidArgumentError } from 'commander'

/* Windows as people write them: `mon-fri 02:00-04:00`, `last sun 01:00-05:00`, `daily 22:00-06:00`. Pure. */

type Day = NonNullable<UpdateWindow['days']>[number]
type Week = NonNullable<UpdateWindow['weeksOfMonth']>[number]

const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const WEEKS = new Map<string, Week>([
  ['first', 1],
  ['second', 2],
  ['third', 3],
  ['fourth', 4],
  ['fifth', 5],
  ['last', 'last'],
])
const WINDOW = /^(?:(?:([a-z,]+) +)?([a-z,-]+) +)?((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/

export function parseWindow(text: string): UpdateWindow {
  const [, weeks, days, from, to] = WINDOW.exec(text.trim().toLowerCase()) ?? []
  if (from === undefined || to === undefined) throw notAWindow()
  const weeksOfMonth = weeks?.split(',').map((name) => WEEKS.get(name) ?? notAWeek())
  const onDays = days === undefined || days === 'daily' ? undefined : [...new Set(days.split(',').flatMap(parseDays))]
  return { ...(onDays && { days: onDays }), ...(weeksOfMonth && { weeksOfMonth }), from, to }
}

export function formatWindow({ days, weeksOfMonth, from, to }: UpdateWindow): string {
  const names = new Map([...WEEKS].map(([name, week]) => [week, name]))
  const weeks = weeksOfMonth?.map((week) => names.get(week) ?? String(week)).join(',')
  return [weeks, days === undefined ? 'daily' : formatDays(days), `${from}-${to}`].filter(Boolean).join(' ')
}

/** `fri`, or `fri-mon` over the end of the week. */
function parseDays(text: string): Day[] {
  const [first, last = first, ...rest] = text.split('-').map((name) => DAYS.findIndex((day) => day === name))
  if (first === undefined || last === undefined || first < 0 || last < 0 || rest.length > 0) throw notAWindow()
  const week = [...DAYS.slice(first), ...DAYS.slice(0, first)]
  return week.slice(0, ((last - first + DAYS.length) % DAYS.length) + 1)
}

function formatDays(days: readonly Day[]): string {
  const [first] = days
  const last = days.at(-1)
  const range = `${first}-${last}`
  return days.length > 2 && parseDays(range).join() === days.join() ? range : days.join(',')
}

function notAWeek(): never {
  throw notAWindow()
}

function notAWindow(): InvalidArgumentError {
  return new InvalidArgumentError('Give a window like "mon-fri 02:00-04:00", "last sun 01:00-05:00" or "22:00-06:00".')
}
