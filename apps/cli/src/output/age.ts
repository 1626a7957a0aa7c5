const UNITS: [name: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]

/** How long ago, or how far ahead, a moment is: "3 min ago", "in 2 d". */
export function formatAge(timestamp: string, now: Date): string {
  const seconds = Math.round((now.getTime() - new Date(timestamp).getTime()) / 1000)
  if (Math.abs(seconds) < 5) return 'just now'
  const length = formatSeconds(Math.abs(seconds))
  return seconds > 0 ? `${length} ago` : `in ${length}`
}

/** A length of time in its largest unit: "45 s", "3 min". */
export function formatSeconds(seconds: number): string {
  const [name, size] = UNITS.find(([, size]) => seconds >= size) ?? ['s', 1]
  return `${Math.floor(seconds / size)} ${name}`
}
