import { describe, expect, it } from '@jest/globals'
import { seededRandom } from '../../simulation/sweep.js'
import { VirtualClock } from '../../simulation/virtual-clock.js'
import { BlobOrigin, digestOf, makeBlob } from '../../testing/blob-origin.js'
import { CutDisk } from '../../testing/cut-disk.js'
import { silentLog } from '../../testing/memory-store.js'
import type { Blob, BlobSource, ByteRange } from '../ports.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { freeMeter } from '../../testing/free-meter.js'
import { fileName } from './names.js'

const KB = 1024
// `PAIRS=all` cuts at every moment of the way back from each cut; docs/reliability.md has the last run.
const WANTS_ALL_PAIRS = process.env.PAIRS === 'all'

/** What a supervisor does from its start on; after a cut it does so again. */
interface History {
  // What there must be in the end.
  blobs: { blob: Blob; content: Buffer }[]
  sources(clock: VirtualClock): BlobOrigin[]
  run(store: DiskBlobStore, signal: AbortSignal): Promise<void>
  // What came is thrown away in its course, and has to come again.
  comesAgain?: boolean
}

/** A link of 64 KB/s. */
function paced(clock: VirtualClock, ...origins: BlobOrigin[]): BlobOrigin[] {
  for (const origin of origins) origin.pace = () => clock.sleep(250)
  return origins
}

function originOf(blobs: History['blobs'], kind?: BlobSource['kind']): BlobOrigin {
  return new BlobOrigin(blobs.map(({ content }) => content), kind) // prettier-ignore
}

function fetching(...sizes: number[]): History {
  const blobs = sizes.map(makeBlob)
  return {
    blobs,
    sources: (clock) => paced(clock, originOf(blobs)),
    run: async (store, signal) => void (await Promise.all(blobs.map(({ blob }) => store.fetch(blob, { signal })))),
  }
}

function breaking(): History {
  const history = fetching(700 * KB)
  const sources = (clock: VirtualClock) => {
    const [origin] = history.sources(clock) as [BlobOrigin]
    origin.breakAfter = [90_000, 200_000, 0, 20_000, 1]
    return [origin]
  }
  return { ...history, sources }
}

function forged(): History {
  const history = fetching(300 * KB)
  const [{ blob }] = history.blobs as [History['blobs'][number]]
  const sources = (clock: VirtualClock) => {
    const neighbour = originOf(history.blobs, 'neighbour')
    neighbour.replace(blob, makeBlob(blob.sizeBytes).content)
    return paced(clock, neighbour, ...history.sources(clock))
  }
  return { ...history, sources, comesAgain: true }
}

/** Taken in, removed, and fetched again under the same name. */
function comingAndGoing(): History {
  const history = fetching(200 * KB, 120 * KB)
  const [first] = history.blobs as [History['blobs'][number]]
  const run: History['run'] = async (store, signal) => {
    if (!store.isWhole(first.blob.digest)) {
      await store.put(first.blob.digest, originOf(history.blobs).read(first.blob, rangeOf(first.blob), signal))
      await store.remove(first.blob.digest)
    }
    await history.run(store, signal)
    await store.keepOnly(history.blobs.map(({ blob }) => blob.digest))
  }
  return { ...history, run, comesAgain: true }
}

const HISTORIES: [string, () => History][] = [
  ['one blob in several ranges', () => fetching(640 * KB)],
  ['several blobs at once', () => fetching(300 * KB, 2 * KB, 150 * KB)],
  ['a link that breaks', breaking],
  ['a neighbour that gives something else', forged],
  ['blobs that come and go', comingAndGoing],
]

describe('a power cut between any two writes of the blob store', () => {
  it.each(HISTORIES)(
    '%s',
    async (name, make) => {
      const history = make()
      const { moments } = await live(history, seededRandom(1), [])
      expect(moments).toBeGreaterThan(20)
      let pairs = 0
      for (let cut = 0; cut < moments; cut++) {
        await live(history, seededRandom(1000 + cut), [cut])
        pairs += await cutAgain(history, cut, moments)
      }
      if (WANTS_ALL_PAIRS) console.log(`${name}: ${moments} moments, ${pairs} pairs`)
    },
    WANTS_ALL_PAIRS ? 3_600_000 : 300_000,
  )
})

/** Once more on the way back, at any moment of it or at all of them; gives how many pairs of cuts that were. */
async function cutAgain(history: History, cut: number, moments: number): Promise<number> {
  const random = seededRandom(2000 + cut)
  if (!WANTS_ALL_PAIRS) return (await live(history, random, [cut, Math.floor(random() * moments)])).cuts - 1
  for (let second = 0; ; second++) {
    const { cuts } = await live(history, seededRandom(cut * 1000 + second), [cut, second])
    // The way back has ended before it.
    if (cuts < 2) return second
  }
}

/** Until all blobs are there, with the power cut at those moments of one start each; checks what must hold. */
async function live(history: History, random: () => number, moments: readonly number[]) {
  const disk = new CutDisk(random)
  let cuts = 0
  for (const cut of [...moments, Infinity]) {
    // The journals of this moment vouch for these; nobody may ask for them again.
    const vouched = history.blobs.map(({ blob }) => ({ blob, ranges: vouchedRanges(disk, blob) }))
    disk.cutAt = disk.moments + cut
    const { origins, said } = await start(history, disk)
    if (cut < Infinity && disk.cutAt === Infinity) cuts++
    if (!history.comesAgain) for (const it of vouched) expectNotGiven(origins, it)
    // Also after the last start, so that what was done is done for good.
    disk.cut()
    expectWholeOnesRight(history, disk)
    await expectStillThere(disk, history.comesAgain ? new Map<string, number>() : said)
  }
  expect(disk.names()).toEqual(history.blobs.map(({ blob }) => fileName(blob.digest, 'whole')).sort())
  return { moments: disk.moments, cuts }
}

/** One start of the supervisor: until it is done, or the power goes. Gives what it said was safe. */
async function start(history: History, disk: CutDisk) {
  const clock = new VirtualClock(0)
  const origins = history.sources(clock)
  const said = new Map<string, number>()
  let isOver = false
  // Its own, so that no life is kept by those who wait for it in vain.
  const { signal } = new AbortController()
  const life = openStore(disk, clock, origins)
    .then(async (store) => {
      await history
        .run(store, signal)
        .finally(() => store.list().forEach(({ digest, bytes }) => said.set(digest, bytes)))
    })
    .catch((error: Error) => {
      if (!/power/i.test(wholeMessage(error))) throw error
    })
    .finally(() => (isOver = true))
  for (let hours = 0; !isOver && hours < 24; hours++) await clock.advance(3_600_000, () => isOver)
  expect(isOver).toBe(true)
  await life
  return { origins, said }
}

function openStore(disk: CutDisk, clock: VirtualClock, sources: BlobOrigin[]): Promise<DiskBlobStore> {
  return DiskBlobStore.open({ disk: disk.open(), sources, meter: freeMeter, clock, log: silentLog() })
}

async function expectStillThere(disk: CutDisk, said: ReadonlyMap<string, number>): Promise<void> {
  const store = await openStore(disk, new VirtualClock(0), [])
  for (const [digest, bytes] of said) expect(store.bytesOf(digest)).toBeGreaterThanOrEqual(bytes)
}

function wholeMessage(error: Error): string {
  return error.cause instanceof Error ? `${error.message} ${wholeMessage(error.cause)}` : error.message
}

/** Read here by itself: what is surely in the journal, and in a part that surely is there. */
function vouchedRanges(disk: CutDisk, { digest }: Blob): ByteRange[] {
  const journal = disk.certain(fileName(digest, 'journal'))?.toString() ?? ''
  const part = disk.certain(fileName(digest, 'part')) ?? disk.certain(fileName(digest, 'whole'))
  if (!part) return []
  return [...journal.matchAll(/^(\d+)-(\d+) [0-9a-f]{12}$/gm)].map(([, first, last]) => {
    return { first: Number(first), last: Number(last) }
  })
}

function expectNotGiven(origins: BlobOrigin[], { blob, ranges }: { blob: Blob; ranges: ByteRange[] }): void {
  const given = origins.flatMap((origin) => origin.given.filter(({ digest }) => digest === blob.digest))
  const twice = given.filter((it) => ranges.some(({ first, last }) => it.first <= last && it.last >= first))
  expect(twice).toEqual([])
}

function expectWholeOnesRight({ blobs }: History, disk: CutDisk): void {
  for (const { blob } of blobs) {
    const whole = disk.certain(fileName(blob.digest, 'whole'))
    if (whole) expect(digestOf(whole)).toBe(blob.digest)
  }
}

function rangeOf({ sizeBytes }: Blob): ByteRange {
  return { first: 0, last: sizeBytes - 1 }
}
