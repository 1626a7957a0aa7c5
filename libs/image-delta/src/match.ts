/*
 * Finds the new content in the old one, approximately, as bsdiff does: runs of bytes that are nearly alike, the few
 * differences in them to be told one by one. Code whose addresses moved is like that.
 */

/** `copied` bytes like those at `position` of the old content, then `added` bytes that are new. */
export interface Operation {
  position: number
  copied: number
  added: number
}

const SEED = 8
const CHAIN = 24
// What a byte that differs costs within a run, in bytes that are alike.
const MISMATCH = 1.5
const DROP = 24
const WORTH_A_RUN = 14
const SURE = 24

/** Operations that make `target` out of `source`; `copied` counts bytes of which some may differ. */
export function matchContents(source: Uint8Array, target: Uint8Array): Operation[] {
  if (source.length < SEED || target.length < SEED)
    return target.length ? [{ position: 0, copied: 0, added: target.length }] : []
  const runs = new Matcher(source, target).run()
  return toOperations(runs, target.length)
}

/** target[start, end) is like source from start + shift on. */
interface Run {
  start: number
  end: number
  shift: number
}

class Matcher {
  private readonly runs: Run[] = []
  private readonly heads: Int32Array
  private readonly chain: Int32Array
  private readonly bits: number
  private readonly step: number
  private foundPosition = 0
  private foundLength = 0

  constructor(
    private readonly source: Uint8Array,
    private readonly target: Uint8Array,
  ) {
    this.step = source.length > 64e6 ? 4 : source.length > 32e6 ? 2 : 1
    const slots = Math.ceil(source.length / this.step)
    this.bits = Math.min(24, Math.max(10, Math.ceil(Math.log2(slots))))
    this.heads = new Int32Array(1 << this.bits).fill(-1)
    this.chain = new Int32Array(slots)
    for (let slot = Math.floor((source.length - SEED) / this.step); slot >= 0; slot -= 1) {
      const hash = this.hash(source, slot * this.step)
      this.chain[slot] = this.heads[hash] ?? -1
      this.heads[hash] = slot
    }
  }

  run(): Run[] {
    let current: Run | undefined
    let at = 0
    while (at <= this.target.length - SEED) {
      const alike = current ? this.alike(at + current.shift, at, SURE) : 0
      const next = alike < SURE ? this.nextRun(current, at) : undefined
      if (!next) {
        at += Math.max(1, alike)
        continue
      }
      at = next.end
      if (current) this.close(current, next)
      else this.extendBack(next, 0)
      this.runs.push(next)
      current = next
    }
    if (current) this.extendOn(current, this.target.length)
    return this.runs
  }

  /** A run that begins here and is worth leaving the current one for. */
  private nextRun(current: Run | undefined, at: number): Run | undefined {
    this.find(at)
    const length = this.foundLength
    const shift = this.foundPosition - at
    if (length < SEED || shift === current?.shift || !this.isBetter(current, at, length)) return undefined
    const run = { start: at, end: at + length, shift }
    return length >= SURE || this.reach(run, at) >= WORTH_A_RUN ? run : undefined
  }

  private hash(bytes: Uint8Array, at: number): number {
    const low = word(bytes, at)
    return Math.imul(Math.imul(low, 0x9e3779b1) ^ (word(bytes, at + 4) + (low >>> 15)), 0x85ebca6b) >>> (32 - this.bits)
  }

  private alike(sourceAt: number, targetAt: number, most: number): number {
    const { source, target } = this
    if (sourceAt < 0) return 0
    const end = Math.min(most, source.length - sourceAt, target.length - targetAt)
    let count = 0
    while (count < end && source[sourceAt + count] === target[targetAt + count]) count += 1
    return count
  }

  private find(at: number): void {
    const { source, target, step } = this
    this.foundLength = 0
    let slot = this.heads[this.hash(target, at)] as number
    for (let tries = CHAIN; slot >= 0 && tries > 0; tries -= 1) {
      const position = slot * step
      if (this.foundLength === 0 || source[position + this.foundLength] === target[at + this.foundLength]) {
        const length = this.alike(position, at, 4096)
        if (length > this.foundLength) {
          this.foundLength = length
          this.foundPosition = position
        }
      }
      slot = this.chain[slot] as number
    }
  }

  /** Longer than what the current run has alike over the same bytes, and by enough. */
  private isBetter(current: Run | undefined, at: number, length: number): boolean {
    if (!current) return true
    let same = 0
    for (let step = 0; step < length; step += 1) {
      if (this.source[at + step + current.shift] === this.target[at + step]) same += 1
    }
    return length > same + 8
  }

  /** How much a run would bring from `at` on, as far as it stays alike. */
  private reach(run: Run, at: number): number {
    let score = 0
    let best = 0
    for (let step = at; step < this.target.length && step < at + 256; step += 1) {
      score += this.source[step + run.shift] === this.target[step] ? 1 : -MISMATCH
      if (score > best) best = score
      else if (score < best - DROP) break
    }
    return best
  }

  /** Ends one run and begins the next where that is cheapest between them. */
  private close(current: Run, next: Run): void {
    this.extendOn(current, next.start)
    this.extendBack(next, current.start)
    if (next.start >= current.end) return
    let score = 0
    let best = 0
    let cut = next.start
    const overlapEnd = current.end
    for (let at = next.start; at < overlapEnd; at += 1) {
      if (this.source[at + current.shift] === this.target[at]) score += 1
      if (this.source[at + next.shift] === this.target[at]) score -= 1
      if (score > best) {
        best = score
        cut = at + 1
      }
    }
    current.end = cut
    next.start = cut
  }

  private extendOn(run: Run, limit: number): void {
    const end = Math.min(limit, this.source.length - run.shift)
    let score = 0
    let best = 0
    for (let at = run.end; at < end; at += 1) {
      score += this.source[at + run.shift] === this.target[at] ? 1 : -MISMATCH
      if (score > best) {
        best = score
        run.end = at + 1
      }
    }
  }

  private extendBack(run: Run, limit: number): void {
    const end = Math.max(limit, -run.shift)
    let score = 0
    let best = 0
    for (let at = run.start - 1; at >= end; at -= 1) {
      score += this.source[at + run.shift] === this.target[at] ? 1 : -MISMATCH
      if (score > best) {
        best = score
        run.start = at
      } else if (score < best - DROP) break
    }
  }
}

function toOperations(runs: Run[], length: number): Operation[] {
  const operations: Operation[] = []
  let done = 0
  for (const run of runs) {
    if (run.end <= run.start) continue
    if (run.start > done) {
      const last = operations.at(-1)
      if (last) last.added = run.start - done
      else operations.push({ position: 0, copied: 0, added: run.start - done })
    }
    operations.push({ position: run.start + run.shift, copied: run.end - run.start, added: 0 })
    done = run.end
  }
  if (done < length) {
    const last = operations.at(-1)
    if (last) last.added = length - done
    else operations.push({ position: 0, copied: 0, added: length - done })
  }
  return operations
}

function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
}
