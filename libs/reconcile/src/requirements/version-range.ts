/*
 * Ranges of versions as npm and balena write them: `>=14`, `^6.1.0 || 7.x`, `1.2 - 2`. Only the three numbers count; what
 * follows them (`-rpi`, `+rev4`) does not.
 */

type Version = [major: number, minor: number, patch: number]
// From the first up to, and without, the second. Absent: without end.
interface Interval {
  from: Version
  to?: Version
}

const FIRST: Version = [0, 0, 0]
const PART = '(?:\\.(\\d+|[xX*]))?'
const NUMBERS = `v?(\\d+|[xX*])${PART}${PART}(?:[-+][\\w.+-]*)?`
const COMPARATOR = new RegExp(`^(>=|<=|>|<|=|\\^|~>?)?${NUMBERS}$`)
const BETWEEN = new RegExp(`^${NUMBERS} - ${NUMBERS}$`)

/** Whether the version is in the range; undefined: one of the two is none. */
export function isInRange(version: string, range: string): boolean | undefined {
  const own = versionOf(version)
  const alternatives = range.split('||').map((text) => intervalsOf(text.trim()))
  if (!own || alternatives.some((intervals) => !intervals)) return undefined
  return alternatives.some((intervals) => intervals?.every((interval) => contains(interval, own)))
}

function versionOf(text: string): Version | undefined {
  const found = /^\D{0,2}(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text.trim())
  return found ? [Number(found[1]), Number(found[2] ?? 0), Number(found[3] ?? 0)] : undefined
}

// All of them have to hold.
function intervalsOf(text: string): Interval[] | undefined {
  if (text === '') return [{ from: FIRST }]
  const between = BETWEEN.exec(text)
  if (between) {
    const [low, high] = [given(between.slice(1, 4)), given(between.slice(4, 7))]
    return [{ from: lowest(low) }, { from: FIRST, to: after(high) }]
  }
  const intervals = text
    .replace(/(>=|<=|>|<|=|\^|~>?)\s+/g, '$1')
    .split(/[\s,]+/)
    .map(intervalOf)
  return intervals.every((it) => it !== undefined) ? intervals : undefined
}

function intervalOf(comparator: string): Interval | undefined {
  const [found, operator = '=', ...parts] = COMPARATOR.exec(comparator) ?? []
  if (found === undefined) return undefined
  const numbers = given(parts)
  const from = lowest(numbers)
  switch (operator) {
    case '>=':
      return { from }
    case '>':
      return numbers.length === 0 ? { from: FIRST, to: FIRST } : { from: after(numbers) ?? FIRST }
    case '<':
      return { from: FIRST, to: from }
    case '<=':
      return { from: FIRST, to: after(numbers) }
    case '^':
      return { from, to: after(numbers.slice(0, firstOfWeight(numbers) + 1)) }
    case '=':
      return { from, to: after(numbers) }
    // ~ and ~>
    default:
      return { from, to: after(numbers.slice(0, 2)) }
  }
}

// Up to the first that may be any.
function given(parts: (string | undefined)[]): number[] {
  const end = parts.findIndex((part) => part === undefined || !/^\d+$/.test(part))
  return parts.slice(0, end < 0 ? parts.length : end).map(Number)
}

function lowest([major = 0, minor = 0, patch = 0]: number[]): Version {
  return [major, minor, patch]
}

/** The first version that these numbers no longer stand for: 1.2 stands for all of 1.2.x. */
function after(numbers: number[]): Version | undefined {
  const last = numbers.at(-1)
  return last === undefined ? undefined : lowest([...numbers.slice(0, -1), last + 1])
}

// What ^ lets nobody pass: 1 of 1.2.3, 2 of 0.2.3.
function firstOfWeight(numbers: number[]): number {
  const index = numbers.findIndex((number) => number > 0)
  return index < 0 ? numbers.length - 1 : index
}

function contains({ from, to }: Interval, version: Version): boolean {
  return compare(from, version) <= 0 && (!to || compare(version, to) < 0)
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}
