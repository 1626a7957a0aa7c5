import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderBlobDisk } from '../../edge/blobs/folder-blob-disk.js'
import { systemClock } from '../../edge/host/clock.js'
import { openRegistry } from '../../edge/registry/open-registry.js'
import type { Clock } from '../../ports.js'
import { seededRandom } from '../../simulation/sweep.js'
import { digestOf } from '../../testing/blob-origin.js'
import { CutDisk } from '../../testing/cut-disk.js'
import { CuttingProxy, PIECE_BYTES, type Fate } from '../../testing/cutting-proxy.js'
import { eventually } from '../../testing/eventually.js'
import { silentLog } from '../../testing/memory-store.js'
import { MortalDisk } from '../../testing/mortal-disk.js'
import { startRegistry, type TestRegistry } from '../../testing/registry.js'
import type { Blob } from '../ports.js'
import type { BlobDisk } from './blob-disk.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { freeMeter } from '../../testing/free-meter.js'
import { SourceError } from './source-error.js'

const HISTORIES = Number(process.env.HISTORIES ?? 100)
// So much faster does time pass for the store: a silence of 20 s is over after a fifth of one.
const HASTE = 100
// A longer pause is one in which others had the processor.
const LONGEST_PAUSE_MS = 300
const KB = 1024
// The layers and the config of a small image.
const SIZES = [500 * KB, 200 * KB + 77, 3 * KB]
const TOTAL = SIZES.reduce((sum, bytes) => sum + bytes, 0)
// Over all histories, links that break may cost this share on top of what kills and power cuts throw away.
const OVERHEAD = 1.02

const EVENTS = ['cut', 'cut', 'cut-all', 'silent', 'busy', 'token', 'kill', 'power'] as const
// That takes longer than all others together.
const RARE_EVENT = 'restart'
type Event = (typeof EVENTS)[number] | typeof RARE_EVENT

describe('a small image over a link that breaks', () => {
  let registry: TestRegistry
  let folder: string
  let blobs: Blob[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fhist-'))
    registry = await startRegistry()
    blobs = await Promise.all(SIZES.map((bytes) => registry.upload('fleet/app', randomBytes(bytes))))
  })
  afterAll(async () => {
    await registry.stop()
    await rm(folder, { recursive: true })
  })

  async function live(seed: number) {
    // Every fourth is on a real disk, which a kill leaves as it is, and which cannot lose its power.
    const disk = seed % 4 === 0 ? await realDisk(join(folder, `${seed}`)) : memoryDisk(seededRandom(seed))
    const proxy = await CuttingProxy.start(registry.address)
    const history = new History(seededRandom(seed * 7919), { registry, proxy, disk })
    try {
      await history.live(blobs.map((blob) => ({ ...blob, repository: `${proxy.address}/fleet/app` })))
      return { sent: proxy.bodyBytes, thrownAway: history.thrownAway }
    } catch (cause) {
      throw new Error(`History ${seed}: ${history.told.join(', ')}`, { cause })
    } finally {
      await proxy.stop()
    }
  }

  it(
    `arrives in each of ${HISTORIES} random histories, and no byte is paid for twice`,
    async () => {
      const seeds = Array.from({ length: HISTORIES }, (_, index) => index + 1)
      // They mostly wait, so several at once.
      let [sent, thrownAway] = [0, 0]
      const liveSome = async () => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
          const cost = await live(seed)
          ;[sent, thrownAway] = [sent + cost.sent, thrownAway + cost.thrownAway]
        }
      }
      await Promise.all([liveSome(), liveSome(), liveSome(), liveSome()])
      expect(sent).toBeLessThanOrEqual(HISTORIES * TOTAL * OVERHEAD + thrownAway)
    },
    // A hundred take some seconds; more are for a longer look.
    300_000 + HISTORIES * 1_000,
  )
})

/** A disk on which processes come and go. */
interface LastingDisk {
  // It syncs in no time, so that what is not safe is what the store left so.
  isPrompt: boolean
  start(): Promise<BlobDisk>
  kill(): void
  cutPower(): void
}

function memoryDisk(random: () => number): LastingDisk {
  const disk = new CutDisk(random)
  return {
    isPrompt: true,
    start: () => Promise.resolve(disk.open()),
    kill: () => disk.kill(),
    cutPower: () => disk.cut(),
  }
}

async function realDisk(folder: string): Promise<LastingDisk> {
  const real = await FolderBlobDisk.open(folder)
  let current = new MortalDisk(real)
  const kill = () => current.kill()
  return { isPrompt: false, start: () => Promise.resolve((current = new MortalDisk(real))), kill, cutPower: kill }
}

class History {
  readonly told: string[] = []
  /** What kills and power cuts have thrown away: bytes that were on their way, or not yet safe. */
  thrownAway = 0
  private readonly events: { at: number; event: Event }[]
  private readonly clock: Clock
  private token = 1
  // The registry, starting again.
  private busyWith: Promise<void> = Promise.resolve()
  private life?: Life

  constructor(
    private readonly random: () => number,
    private readonly world: { registry: TestRegistry; proxy: CuttingProxy; disk: LastingDisk },
  ) {
    this.clock = hastyClock(random)
    this.events = Array.from({ length: 2 + Math.floor(random() * 7) }, () => {
      const event: Event = random() < 0.03 ? RARE_EVENT : anyOf(EVENTS, random)
      return { at: Math.floor(random() * TOTAL), event }
    }).sort((a, b) => a.at - b.at)
  }

  async live(blobs: readonly Blob[]): Promise<void> {
    const { proxy } = this.world
    // Some 240 KB in a second of the store's.
    proxy.pace = () => new Promise((resolve) => setTimeout(resolve, 1))
    proxy.token = 't1'
    proxy.fate = () => this.fate()
    while (!(await this.liveOnce(blobs)));
    expect(proxy.bodyBytes).toBeGreaterThanOrEqual(TOTAL)
    // One piece is on its way over each connection that breaks.
    expect(proxy.bodyBytes).toBeLessThanOrEqual(TOTAL + this.thrownAway + proxy.broken * PIECE_BYTES)
  }

  /** One life of the store; true: all is there and right. */
  private async liveOnce(blobs: readonly Blob[]): Promise<boolean> {
    const { proxy, disk } = this.world
    const sentBefore = proxy.bodyBytes
    const registry = openRegistry({
      cloud: { registryToken: () => Promise.resolve({ token: `t${this.token}`, expiresInSeconds: 300 }) },
      engine: { registryRules: () => Promise.resolve({ insecureHosts: [], insecureNetworks: [] }) },
      clock: this.clock,
      certificates: '/nowhere',
    })
    const open = async () => {
      const world = { sources: [registry.source], meter: freeMeter, clock: this.clock, log: silentLog() }
      return DiskBlobStore.open({ ...world, disk: await disk.start() })
    }
    const life = (this.life = new Life(await open(), this.clock))
    await life.fetch(blobs)
    await this.busyWith
    registry.close()
    await eventually(() => proxy.isIdle)
    if (life.isEnded) {
      if (disk.isPrompt) expect(life.unsafe).toBeLessThanOrEqual(life.inLastSecond + SIZES.length * 64 * KB)
      const left = held(await open())
      // What was said to be safe was.
      expect(left).toBeGreaterThanOrEqual(life.said)
      this.thrownAway += life.heldBefore - left + proxy.bodyBytes - sentBefore
      return false
    }
    for (const { digest } of blobs) expect(await digestIn(life.store, digest)).toBe(digest)
    return true
  }

  private fate(): Fate {
    const next = this.events[0]
    if (!next || this.world.proxy.bodyBytes < next.at) return 'goes-on'
    this.events.shift()
    this.told.push(`${next.event} after ${this.world.proxy.bodyBytes}`)
    return this.meet(next.event)
  }

  private meet(event: Event): Fate {
    const { proxy, disk, registry } = this.world
    switch (event) {
      case 'cut':
      case 'silent':
        return event
      case 'cut-all':
        proxy.cutAll()
        return 'cut'
      case 'busy':
        proxy.statuses = [503, 429, 500]
        return 'goes-on'
      case 'token':
        proxy.token = `t${++this.token}`
        return 'goes-on'
      case 'restart':
        this.busyWith = registry.restart().catch((error: unknown) => void this.told.push(String(error)))
        return 'cut'
      case 'kill':
        disk.kill()
        this.life?.end()
        return 'cut'
      case 'power':
        disk.cutPower()
        this.life?.end()
        return 'cut'
    }
  }
}

/** One process with the store, until it is done or killed. */
class Life {
  isEnded = false
  received = 0
  said = 0
  /** What came in the last second before its end. */
  inLastSecond = 0
  readonly heldBefore: number
  private readonly arrivals: { at: number; bytes: number }[] = []
  private lived = 0
  private seenAt: number

  constructor(
    readonly store: DiskBlobStore,
    private readonly clock: Clock,
  ) {
    this.heldBefore = held(store)
    this.seenAt = clock.monotonic()
  }

  /** What it had, and was not safe when it ended. */
  get unsafe(): number {
    return this.heldBefore + this.received - this.said
  }

  end(): void {
    if (this.isEnded) return
    this.isEnded = true
    this.said = held(this.store)
    const since = this.age() - 1_000
    this.inLastSecond = this.arrivals.reduce((sum, { at, bytes }) => sum + (at >= since ? bytes : 0), 0)
  }

  async fetch(blobs: readonly Blob[]): Promise<void> {
    await Promise.all(blobs.map((blob) => this.fetchOne(blob)))
  }

  /** Its own time: a store that is kept from working cannot make anything safe. */
  private age(): number {
    const now = this.clock.monotonic()
    this.lived += Math.min(now - this.seenAt, LONGEST_PAUSE_MS)
    this.seenAt = now
    return this.lived
  }

  /** As whoever wants the image does: again, until it is there. */
  private async fetchOne(blob: Blob): Promise<void> {
    const { signal } = new AbortController()
    const onBytes = (_done: number, _kind: string, bytes: number) => {
      this.received += bytes
      this.arrivals.push({ at: this.age(), bytes })
    }
    while (!this.isEnded && !this.store.isWhole(blob.digest)) {
      await this.store.fetch(blob, { signal, onBytes }).catch((error: unknown) => {
        if (!this.isEnded && !(error instanceof SourceError)) throw error
      })
    }
  }
}

function held(store: DiskBlobStore): number {
  return store.list().reduce((sum, { bytes }) => sum + bytes, 0)
}

async function digestIn(store: DiskBlobStore, digest: string): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(digest)) pieces.push(piece)
  return digestOf(Buffer.concat(pieces))
}

function hastyClock(random: () => number): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * HASTE,
    sleep: (ms, signal) => systemClock.sleep(ms / HASTE, signal),
    random,
  }
}

function anyOf<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)] as T
}
