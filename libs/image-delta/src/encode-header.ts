import type { ByteWriter } from './bytes.js'
import {
  applyChecksum,
  changeHeader,
  groupName,
  groupTime,
  isChecksumByte,
  TIME,
  type HeaderChange,
  type TimeLine,
} from './header-prediction.js'

/** A header told as what differs from a base. */
export interface ToldHeader {
  time: { rule: number; value: number; base: number }
  /** How many bytes of the base's name it begins with, and what follows them. */
  name?: { kept: number; rest: Buffer }
  patches: { at: number; value: number }[]
  /** About how many bytes it will cost. */
  cost: number
}

/** Undefined where the base has another length. `size`: what the size field is set to, if anything. */
export function tellHeader(
  base: Buffer,
  group: Buffer,
  size: number | undefined,
  times: TimeLine,
): ToldHeader | undefined {
  if (base.length !== group.length) return undefined
  const time = tellTime(groupTime(base), groupTime(group), times)
  const change: HeaderChange = { size }
  if (time.rule !== TIME.base) change.time = time.value
  const [from, to] = [groupName(base), groupName(group)]
  const name = from.equals(to) ? undefined : { kept: commonStart(from, to), rest: to }
  if (name) {
    change.name = to
    name.rest = to.subarray(name.kept)
  }
  const patches = findPatches(base, group, change)
  const cost = patches.length * 2 + (name ? name.rest.length + 1 : 0) + (time.rule === TIME.told ? 3 : 0)
  return { time, name, patches, cost }
}

function tellTime(base = 0, actual: number | undefined, times: TimeLine): ToldHeader['time'] {
  if (actual === undefined || actual === base) return { rule: TIME.base, value: base, base }
  const rule = [TIME.last, TIME.shifted].find((each) => times.predict(each, base) === actual) ?? TIME.told
  return { rule, value: actual, base }
}

function findPatches(base: Buffer, group: Buffer, change: HeaderChange): ToldHeader['patches'] {
  const predicted = Buffer.from(base)
  changeHeader(predicted, change)
  const patches: ToldHeader['patches'] = []
  const compare = (isChecksum: boolean) => {
    for (let at = 0; at < group.length; at += 1) {
      const value = group[at] ?? 0
      if (predicted[at] === value || isChecksumByte(group, at) !== isChecksum) continue
      patches.push({ at, value })
      predicted[at] = value
    }
  }
  compare(false)
  applyChecksum(predicted)
  compare(true)
  return patches.sort((a, b) => a.at - b.at)
}

export function writePatches(column: ByteWriter, patches: ToldHeader['patches']): void {
  column.varint(patches.length)
  let next = 0
  for (const { at, value } of patches) {
    column.varint(at - next)
    column.byte(value)
    next = at + 1
  }
}

function commonStart(a: Buffer, b: Buffer): number {
  let count = 0
  while (count < a.length && count < b.length && a[count] === b[count]) count += 1
  return count
}
