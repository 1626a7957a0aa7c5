import { BLOCK, CHECKSUM, MTIME, NAME, octalField, setChecksum, setOctalField, SIZE } from './tar-header.js'

/*
 * A header of the new layer is told as what differs from one that the other side has: the same file's old one, or the
 * one before it. Times that changed for all files alike, sizes and checksums then cost next to nothing.
 */

export const BASE = { next: 0, other: 1, previous: 2, none: 3 } as const
export const TIME = { base: 0, last: 1, told: 2, shifted: 3 } as const
export const CONTENT = { base: 0, operations: 1, elsewhere: 2 } as const

/** One byte of the column `flags`. */
export interface EntryFlags {
  base: number
  time: number
  isRenamed: boolean
  isPatched: boolean
  content: number
}

export function packFlags(flags: EntryFlags): number {
  const { base, time, isRenamed, isPatched, content } = flags
  return base | (time << 2) | (isRenamed ? 16 : 0) | (isPatched ? 32 : 0) | (content << 6)
}

export function unpackFlags(byte: number): EntryFlags {
  return {
    base: byte & 3,
    time: (byte >> 2) & 3,
    isRenamed: (byte & 16) !== 0,
    isPatched: (byte & 32) !== 0,
    content: byte >> 6,
  }
}

/** Times of modification as they go by, from which the next ones are told. */
export class TimeLine {
  last = 0
  private shift = 0

  predict(rule: number, base: number): number {
    if (rule === TIME.last) return this.last
    if (rule === TIME.shifted) return base + this.shift
    return base
  }

  accept(rule: number, base: number, time: number): void {
    if (rule === TIME.base) return
    this.last = time
    this.shift = time - base
  }
}

export interface HeaderChange {
  /** Undefined: as in the base. */
  time?: number
  size?: number
  name?: Uint8Array
}

export function groupTime(group: Buffer): number | undefined {
  return octalField(mainHeader(group), MTIME)
}

/** The name field up to its NUL. */
export function groupName(group: Buffer): Buffer {
  const name = mainHeader(group).subarray(NAME.start, NAME.end)
  const end = name.indexOf(0)
  return end < 0 ? name : name.subarray(0, end)
}

/** Changes a copy of the base; the checksum comes last, see applyChecksum. */
export function changeHeader(group: Buffer, change: HeaderChange): void {
  const header = mainHeader(group)
  if (change.time !== undefined) setOctalField(header, MTIME, change.time)
  if (change.size !== undefined) setOctalField(header, SIZE, change.size)
  if (change.name) header.fill(0, NAME.start, NAME.end).set(change.name.subarray(0, NAME.end), NAME.start)
}

export function applyChecksum(group: Buffer): void {
  setChecksum(mainHeader(group))
}

/** Bytes of the checksum are patched after it was computed, all others before. */
export function isChecksumByte(group: Buffer, at: number): boolean {
  const inHeader = at - (group.length - BLOCK)
  return inHeader >= CHECKSUM.start && inHeader < CHECKSUM.end
}

function mainHeader(group: Buffer): Buffer {
  return group.subarray(group.length - BLOCK)
}
