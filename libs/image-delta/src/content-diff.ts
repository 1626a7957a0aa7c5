import { matchContents, type Operation } from './match.js'

/** One content as it is told: what to copy, where copies differ, and what is new. */
export interface ContentDiff {
  operations: Operation[]
  /** Of all copied bytes: how many alike ones come before each that differs, and new minus old there. */
  gaps: number[]
  values: Uint8Array
  /** Copied bytes after the last difference. */
  tail: number
  extra: Buffer
}

export function diffContents(source: Uint8Array, target: Uint8Array): ContentDiff {
  const operations = matchContents(source, target)
  const gaps: number[] = []
  const values: number[] = []
  const extra: Uint8Array[] = []
  let at = 0
  let gap = 0
  for (const { position, copied, added } of operations) {
    for (let step = 0; step < copied; step += 1, at += 1) {
      const difference = ((target[at] ?? 0) - (source[position + step] ?? 0)) & 0xff
      if (difference === 0) gap += 1
      else {
        gaps.push(gap)
        values.push(difference)
        gap = 0
      }
    }
    extra.push(target.subarray(at, at + added))
    at += added
  }
  return { operations, gaps, values: Uint8Array.from(values), tail: gap, extra: Buffer.concat(extra) }
}
