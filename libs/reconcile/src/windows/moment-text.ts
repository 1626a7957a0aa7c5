import type { Zone } from './zone.js'

const DAY_MS = 86_400_000
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/**
 * A moment as people at the device say it: `at 02:00`, `on Sunday at 02:00`, `on 2026-12-05 at 02:00`. It changes at
 * midnight at most, and so does the report that it goes into.
 */
export function momentText(moment: number, now: number, zone: Zone): string {
  const date = new Date(zone.wallAt(moment))
  const daysAhead = Math.floor(zone.wallAt(moment) / DAY_MS) - Math.floor(zone.wallAt(now) / DAY_MS)
  const time = `at ${date.toISOString().slice(11, 16)}`
  if (daysAhead === 0) return time
  if (daysAhead === 1) return `tomorrow ${time}`
  if (daysAhead > 1 && daysAhead < 7) return `on ${DAYS[date.getUTCDay()] ?? ''} ${time}`
  return `on ${date.toISOString().slice(0, 10)} ${time}`
}
