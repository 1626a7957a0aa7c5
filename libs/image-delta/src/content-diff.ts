import { readSlice, type Slice } from './slice.js'
import { matchContents } from './match.js'

/** Old contents, which are taken for one, and the new content to be told from them. */
export interface DiffTask {
  sources: Slice[]
  target: Slice
}

/** One content as it is told: what to copy, where copies differ, and what is new. */
export interface ContentDiff {
  /** Triples: where to copy from, how many bytes, and how many new ones come after them. */
  operations: Float64Array
  /** Of all copied bytes: how many alike ones come before each that differs, and new minus old there. */
  gaps: Uint32Array
  values: Uint8Array
  /** Copied bytes after the last difference. */
  tail: number
  extra: Uint8Array
}

export function diffContents({ sources, target }: DiffTask): ContentDiff {
  const olds = sources.map(readSlice)
  const [only = Buffer.alloc(0), ...others] = olds
  // A large one is not kept twice.
  return tellDifferences(others.length > 0 ? Buffer.concat(olds) : only, readSlice(target))
}

export function tellDifferences(source: Uint8Array, target: Uint8Array): ContentDiff {
  const operations = matchContents(source, target)
  const counts = countBytes(operations, source, target)
  const diff: ContentDiff = {
    operations: Float64Array.from(operations.flatMap(({ position, copied, added }) => [position, copied, added])),
    gaps: new Uint32Array(counts.differences),
    values: new Uint8Array(counts.differences),
    tail: 0,
    extra: new Uint8Array(counts.added),
  }
  let at = 0
  let found = 0
  let extraLength = 0
  for (const { position, copied, added } of operations) {
    for (const end = at + copied; at < end; at += 1) {
      const difference = ((target[at] as number) - (source[at - end + copied + position] as number)) & 0xff
      diff.tail += 1
      if (difference === 0) continue
      diff.gaps[found] = diff.tail - 1
      diff.values[found++] = difference
      diff.tail = 0
    }
    diff.extra.set(target.subarray(at, at + added), extraLength)
    extraLength += added
    at += added
  }
  return diff
}

function countBytes(operations: ReturnType<typeof matchContents>, source: Uint8Array, target: Uint8Array) {
  let differences = 0
  let addedBytes = 0
  let at = 0
  for (const { position, copied, added } of operations) {
    for (let step = 0; step < copied; step += 1) if (source[position + step] !== target[at + step]) differences += 1
    addedBytes += added
    at += copied + added
  }
  return { differences, added: addedBytes }
}
