import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { describeError } from '../../errors.js'
import { VirtualClock } from '../../simulation/virtual-clock.js'
import { BlobOrigin, digestOf, makeBlob } from '../../testing/blob-origin.js'
import { CutDisk } from '../../testing/cut-disk.js'
import { silentLog } from '../../testing/memory-store.js'
import type { BlobSource } from '../ports.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { freeMeter } from '../../testing/free-meter.js'
import { fileName } from './names.js'
import { journalLine } from './part-journal.js'
import { SourceError } from './source-error.js'

const KB = 1024
const { signal } = new AbortController()

class Board {
  readonly disk = new CutDisk(() => 0.5)
  readonly clock = new VirtualClock(0)

  open(sources: BlobSource[]): Promise<DiskBlobStore> {
    return DiskBlobStore.open({
      disk: this.disk.open(),
      sources,
      meter: freeMeter,
      clock: this.clock,
      log: silentLog(),
    })
  }

  async write(name: string, content: Uint8Array): Promise<void> {
    const file = await this.disk.open().create(name)
    await file.write(content, 0)
  }

  /** What it gives, or why it does not, after as much time as it takes. */
  async outcome(work: Promise<unknown>): Promise<unknown> {
    let isOver = false
    const outcome = work.catch((error: unknown) => error).finally(() => (isOver = true))
    for (let hours = 0; !isOver && hours < 24; hours++) await this.clock.advance(3_600_000, () => isOver)
    expect(isOver).toBe(true)
    return outcome
  }

  async digestOf(store: DiskBlobStore, digest: string): Promise<string> {
    const pieces: Uint8Array[] = []
    for await (const piece of store.read(digest)) pieces.push(piece)
    return digestOf(Buffer.concat(pieces))
  }
}

const made = makeBlob(300 * KB)
const { blob } = made

/** Lines of a journal as somebody who means ill, or a dying card, would write them. */
const line = fc.oneof(
  fc.tuple(fc.nat(400 * KB), fc.nat(400 * KB)).map(([a, b]) => journalLine(blob.digest, { first: a, last: b })),
  fc.tuple(fc.nat(400 * KB), fc.nat(400 * KB)).map(([a, b]) => journalLine(makeDigest('x'), { first: a, last: b })),
  fc.tuple(fc.nat(9e14), fc.nat(9e14)).map(([a, b]) => journalLine(blob.digest, { first: a, last: b })),
  fc.string(),
  fc.constant('\n'),
)
const journal = fc.oneof(
  fc.array(line).map((lines) => Buffer.from(lines.join(''))),
  fc.array(line).map((lines) => Buffer.from(lines.join('')).subarray(0, -5)),
  fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes)),
)
const part = fc.oneof(
  fc.nat(300 * KB).map((bytes) => made.content.subarray(0, bytes)),
  fc.nat(300 * KB).map((bytes) => Buffer.alloc(bytes)),
  fc.constant(Buffer.alloc(301 * KB)),
)

describe('a blob store in bad company', () => {
  it('makes a right blob of any journal and any part', async () => {
    const check = async (journalBytes: Buffer, partBytes: Buffer) => {
      const board = new Board()
      await board.write(fileName(blob.digest, 'journal'), journalBytes)
      await board.write(fileName(blob.digest, 'part'), partBytes)
      const store = await board.open([new BlobOrigin([made.content])])
      expect(store.bytesOf(blob.digest)).toBeLessThanOrEqual(partBytes.length)
      expect(await board.outcome(store.fetch(blob, { signal }))).toBeUndefined()
      expect(await board.digestOf(store, blob.digest)).toBe(blob.digest)
      expect((await board.open([])).list()).toMatchObject([{ digest: blob.digest, isWhole: true }])
    }
    await fc.assert(fc.asyncProperty(journal, part, check), { numRuns: 150, seed: 1 })
  })

  it('does not read a journal that has grown beyond reason', async () => {
    const board = new Board()
    await board.write(fileName(blob.digest, 'journal'), Buffer.alloc(17 * KB * KB, '0-9 \n'))
    await board.write(fileName(blob.digest, 'part'), made.content)
    expect((await board.open([])).list()).toEqual([])
  })

  it('gives up a source that gives something else, and asks the next', async () => {
    const board = new Board()
    const neighbour = new BlobOrigin([made.content], 'neighbour')
    neighbour.replace(blob, makeBlob(blob.sizeBytes).content)
    const registry = new BlobOrigin([made.content])
    const store = await board.open([neighbour, registry])
    await board.outcome(store.fetch(blob, { signal }))
    expect(await board.digestOf(store, blob.digest)).toBe(blob.digest)
    expect(registry.bytesGiven).toBe(blob.sizeBytes)
  })

  it('tries a registry that gives something else once more, and then says so and keeps nothing', async () => {
    const board = new Board()
    const registry = new BlobOrigin([made.content])
    registry.replace(blob, makeBlob(blob.sizeBytes).content)
    const store = await board.open([registry])
    expect(String(await board.outcome(store.fetch(blob, { signal })))).toContain('something else')
    expect(registry.bytesGiven).toBe(2 * blob.sizeBytes)
    expect(store.bytesOf(blob.digest)).toBe(0)
  })

  const reading = (read: BlobSource['read']): BlobSource => {
    return { kind: 'registry', offer: () => Promise.resolve('ready'), read }
  }
  it.each<[string, BlobSource['read']]>([
    ['gives too much', async function* () { yield await Promise.resolve(Buffer.alloc(400 * KB)) }], // prettier-ignore
    ['gives nothing', async function* () {}], // prettier-ignore
    ['breaks at once', () => { throw new Error('broken') }], // prettier-ignore
    ['is silent', async function* () { await new Promise(() => undefined); yield Buffer.alloc(0) }], // prettier-ignore
  ])('gives up after minutes where a source %s', async (_what, read) => {
    const board = new Board()
    const store = await board.open([reading(read)])
    expect(await board.outcome(store.fetch(blob, { signal }))).toBeInstanceOf(SourceError)
    expect(board.clock.monotonic()).toBeGreaterThanOrEqual(120_000)
    expect(board.disk.writtenBytes).toBe(0)
  })

  it('goes on as long as anything comes, however slowly', async () => {
    const board = new Board()
    const registry = new BlobOrigin([made.content])
    registry.pace = () => board.clock.sleep(19_000)
    const store = await board.open([registry])
    expect(await board.outcome(store.fetch(blob, { signal }))).toBeUndefined()
    expect(registry.bytesGiven).toBe(blob.sizeBytes)
  })

  it('waits as long as a busy source asks, and for one that will soon have it', async () => {
    const board = new Board()
    const registry = new BlobOrigin([made.content])
    const busy = reading((...args) => {
      if (board.clock.monotonic() < 60_000) throw new SourceError('busy', { retryAfterMs: 60_000 })
      return registry.read(...args)
    })
    expect(await board.outcome((await board.open([busy])).fetch(blob, { signal }))).toBeUndefined()
    expect(board.clock.monotonic()).toBeGreaterThanOrEqual(60_000)
    const [neighbour, other] = [new BlobOrigin([made.content], 'neighbour'), new BlobOrigin([made.content])]
    neighbour.offers = Array.from({ length: 9 }, () => 'soon')
    const next = new Board()
    await next.outcome((await next.open([neighbour, other])).fetch(blob, { signal }))
    expect([neighbour.bytesGiven, other.bytesGiven]).toEqual([blob.sizeBytes, 0])
  })

  it('reads one after the other from a source that gives no ranges', async () => {
    const board = new Board()
    const registry = new BlobOrigin([made.content])
    const whole = reading((asked, range, aborted) => {
      if (range.last < blob.sizeBytes - 1) throw new SourceError('no ranges', { isSequential: true })
      return registry.read(asked, range, aborted)
    })
    expect(await board.outcome((await board.open([whole])).fetch(blob, { signal }))).toBeUndefined()
    expect(registry.asked.at(-1)).toEqual({ first: 0, last: blob.sizeBytes - 1 })
  })

  it('says that the disk is full, and goes on where it stopped once there is room', async () => {
    const board = new Board()
    const registry = new BlobOrigin([made.content])
    registry.pace = () => board.clock.sleep(500)
    const store = await board.open([registry])
    board.disk.freeBytes = 200 * KB
    expect(describeError(await board.outcome(store.fetch(blob, { signal })))).toContain('ENOSPC')
    const kept = store.bytesOf(blob.digest)
    expect(kept).toBeGreaterThan(50 * KB)
    board.disk.freeBytes = undefined
    expect((await board.open([])).bytesOf(blob.digest)).toBe(kept)
    const given = registry.bytesGiven
    expect(await board.outcome(store.fetch(blob, { signal }))).toBeUndefined()
    expect(registry.bytesGiven - given).toBe(blob.sizeBytes - kept)
    expect(await board.digestOf(store, blob.digest)).toBe(blob.digest)
  })

  it('keeps only what is wanted, and takes in only what is right', async () => {
    const board = new Board()
    const [one, two] = [makeBlob(10 * KB), makeBlob(10 * KB)]
    const store = await board.open([])
    const content = async function* (bytes: Buffer) { yield await Promise.resolve(bytes) } // prettier-ignore
    for (const { blob, content: bytes } of [one, two]) await store.put(blob.digest, content(bytes))
    await expect(store.put(blob.digest, content(one.content))).rejects.toThrow('Could not take in')
    await store.keepOnly([two.blob.digest])
    expect(board.disk.names()).toEqual([fileName(two.blob.digest, 'whole')])
    expect(await board.digestOf(store, two.blob.digest)).toBe(two.blob.digest)
    await expect(board.digestOf(store, one.blob.digest)).rejects.toThrow('no whole')
    expect(() => store.pathOf('sha256:../../etc/passwd')).toThrow('Not a digest')
  })

  it('shares one download between all who want the blob, until the last has left', async () => {
    const board = new Board()
    const registry = new BlobOrigin([made.content])
    registry.pace = () => board.clock.sleep(100)
    const store = await board.open([registry])
    const leaving = new AbortController()
    const left = store.fetch(blob, { signal: leaving.signal, onBytes: () => leaving.abort(new Error('left')) })
    const stayed = store.fetch(blob, { signal })
    expect(String(await board.outcome(left))).toContain('left')
    expect(await board.outcome(stayed)).toBeUndefined()
    expect(registry.bytesGiven).toBe(blob.sizeBytes)
  })
})

function makeDigest(of: string): string {
  return digestOf(Buffer.from(of))
}
