import type { ByteRange } from '../ports.js'

/** Which bytes of something: ranges in order, with a gap between each and the next. */
export class RangeSet {
  private ranges: ByteRange[] = []

  constructor(ranges: Iterable<ByteRange> = []) {
    for (const range of ranges) this.add(range)
  }

  /** How many bytes they are together. */
  get bytes(): number {
    return this.ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  }

  list(): readonly ByteRange[] {
    return this.ranges
  }

  add(added: ByteRange): void {
    if (added.last < added.first) return
    let { first, last } = added
    const before: ByteRange[] = []
    const after: ByteRange[] = []
    for (const range of this.ranges) {
      if (range.last + 1 < first) before.push(range)
      else if (range.first > last + 1) after.push(range)
      else [first, last] = [Math.min(first, range.first), Math.max(last, range.last)]
    }
    this.ranges = [...before, { first, last }, ...after]
  }

  remove({ first, last }: ByteRange): void {
    if (last < first) return
    this.ranges = this.ranges.flatMap((range) =>
      [
        { first: range.first, last: Math.min(range.last, first - 1) },
        { first: Math.max(range.first, last + 1), last: range.last },
      ].filter((rest) => rest.first <= rest.last),
    )
  }

  /** Takes all of them out. */
  takeAll(): readonly ByteRange[] {
    const taken = this.ranges
    this.ranges = []
    return taken
  }

  /** The first bytes below `size` that are not among them. */
  firstGap(size: number): ByteRange | undefined {
    const first = this.endOfRun(0)
    if (first >= size) return undefined
    const next = this.ranges.find((range) => range.first > first)
    return { first, last: Math.min(size, next?.first ?? size) - 1 }
  }

  /** The first position from this one on that is not among them. */
  endOfRun(position: number): number {
    const run = this.ranges.find(({ first, last }) => first <= position && position <= last)
    return run === undefined ? position : run.last + 1
  }
}

export function bytesIn({ first, last }: ByteRange): number {
  return last - first + 1
}
