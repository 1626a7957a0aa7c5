const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago a moment was, as people say it: `20 s ago`, `5 min ago`. A month ago and older: the date. */
export function describeAge(at: string, now: number): string {
  const age = now - Date.parse(at)
  if (Number.isNaN(age)) return 'unknown'
  // Clocks of boards and browsers differ by some seconds.
  if (age < -MINUTE || age >= 30 * DAY) return describeDate(at)
  if (age < 5 * SECOND) return 'just now'
  return `${describeDuration(age)} ago`
}

/** A length of time in its largest unit: `42 s`, `5 min`, `3 h`, `2 d`. */
export function describeDuration(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} d`
}

/** A length of time to the second: `1 min 04 s`. */
export function describeElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND))
  if (seconds < 60) return `${seconds} s`
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

export function describeDate(at: string): string {
  return new Date(at).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' })
}

/** Date and time to the second, in the reader's zone. */
export function describeMoment(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** The time of day with milliseconds, for lines of a log. */
export function describeTime(at: string): string {
  const date = new Date(at)
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits)
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
