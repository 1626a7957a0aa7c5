/*
 * A whole board in virtual time: the supervisor as it is built, on the in-memory engine and an in-memory disk, with a
 * plug that can be pulled at any write.
 */
import type { ContainerSpec } from '@flotilla/reconcile'
import { runAgent } from '../agent.js'
import { BorrowedBlobs } from '../bundles/borrowed-blobs.js'
import { BundleShelf } from '../bundles/bundle-shelf.js'
import { bundlesPart } from '../bundles/bundles-part.js'
import type { BundleIntake } from '../bundles/ports.js'
import type { Program } from '../edge/fake/fake-container.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { FakeLocalRegistry } from '../edge/fake/fake-local-registry.js'
import type { Sources } from '../execute/sources.js'
import type { ManifestSource } from '../images/image-documents.js'
import { imagesPart, type ImageWorld } from '../images/images-part.js'
import type { SnapshotDisk } from '../snapshots/snapshot-disk.js'
import type { Core, Part } from '../part.js'
import type { Cloud, Logger } from '../ports.js'
import { snapshotsPart } from '../snapshots/snapshots-part.js'
import type { MemoryBundle } from '../testing/bundle-files.js'
import { MemoryBlobs } from '../testing/memory-blobs.js'
import { MemoryStore, silentLog } from '../testing/memory-store.js'
import { FAKE_IMAGES } from '../testing/targets.js'
import { SimCloud } from './sim-cloud.js'
import { SimVolumes } from './sim-volumes.js'
import type { VirtualClock } from './virtual-clock.js'

export interface SimBoardOptions {
  clock: VirtualClock
  program?: (spec: ContainerSpec) => Program
  // How long a download takes.
  pullMs?: number
}

const SECOND = 1000
const OFF_MS = 20 * SECOND
const MOST_SECONDS_TO_END = 60

class PowerGone extends Error {
  override name = 'PowerGone'
}

export class SimBoard {
  readonly cloud = new SimCloud()
  readonly store = new MemoryStore()
  readonly daemon: FakeDaemon
  readonly volumes: SimVolumes
  readonly blobs: MemoryBlobs
  readonly clock: VirtualClock
  /** Every moment just before or after a write to engine or disk, since it was first started. */
  moments = 0
  /** How often its power has gone. */
  cuts = 0
  isPowered = false
  /** Told of the moment at which the power went. */
  onPowerGone: (moment: string) => void = () => undefined
  /** Told of every moment. */
  onMoment: (moment: string) => void = () => undefined
  /** What the planner is told beside what the engine shows; taken up at the next start. */
  sources: Sources = {}
  /** Sticks in the board: found again at each start, each read anew. */
  sticks: (() => MemoryBundle)[] = []
  intake?: BundleIntake
  /** False: no byte of an image comes from there. */
  hasRegistry = true
  // Of the sticks, as they were opened.
  private readonly files: MemoryBundle[] = []
  private cutAt = Infinity
  private stopping = new AbortController()
  private running: Promise<unknown> = Promise.resolve()

  constructor({ clock, program, pullMs = 10 * SECOND }: SimBoardOptions) {
    this.clock = clock
    this.daemon = new FakeDaemon(clock, { program })
    const moment = (what: string) => this.passMoment(what)
    this.daemon.moment = moment
    this.store.moment = moment
    this.volumes = new SimVolumes(this.daemon, () => moment)
    // Documents first, and then the layers side by side.
    this.blobs = new MemoryBlobs(FAKE_IMAGES.blobs, clock, pullMs / 2)
    this.blobs.moment = moment
    this.blobs.isReachable = () => this.cloud.isReachable && this.hasRegistry
  }

  /** The power goes at the nth moment from now. */
  cutPowerAt(nth: number): void {
    this.cutAt = this.moments + nth
  }

  noMoreCuts(): void {
    this.cutAt = Infinity
  }

  /** From now on it is in the board. */
  plugIn(stick: () => MemoryBundle): void {
    this.sticks.push(stick)
    if (this.isPowered) void this.offer(stick)
  }

  /** All of them are gone at once, whatever is being read from them. */
  pullOut(): void {
    this.sticks = []
    for (const file of this.files.splice(0)) {
      file.isPulled = true
      void this.intake?.withdraw(file.name)
    }
  }

  /** As after an update of the supervisor, or its crash. */
  async restartSupervisor(): Promise<void> {
    if (!this.isPowered) return
    this.stopping.abort()
    this.cloud.loseLink()
    await this.untilEnded()
    if (this.isPowered) this.start()
  }

  start(): void {
    this.isPowered = true
    this.stopping = new AbortController()
    const log = silentLog()
    const shelf = new BundleShelf()
    this.blobs.nearby = shelf
    const world = {
      clock: this.clock,
      log,
      host: { board: () => ({ platform: 'linux/arm64' as const }), facts: () => ({ bootId: `boot-${this.cuts}` }) },
      store: this.store,
      cloud: () => this.cloud.connect() as Cloud,
      engine: (deviceId: string) => new FakeEngine(deviceId, this.daemon),
      parts: [
        () => ({ sources: this.sources }),
        snapshotsPart(() => this.volumes as unknown as SnapshotDisk),
        (core: Core) => this.bundles(core, shelf),
        imagesPart(() => this.images(shelf, log)),
      ],
    }
    const options = { provisioningKey: 'key', name: 'porch', pollMs: 900 * SECOND }
    this.running = runAgent(world, options, this.stopping.signal).catch((error: unknown) => {
      // A loop may end by the write at which the power went; anything else is a bug.
      if (this.isPowered) throw error
    })
    this.running.catch(() => undefined)
  }

  /** The way of sticks into the board. */
  private async bundles(core: Core, shelf: BundleShelf): Promise<Part> {
    const part = await bundlesPart(core, shelf)
    const intake = part.offers?.bundles
    this.intake = intake
    const offerAll = async () => {
      for (const stick of this.sticks) await this.offer(stick)
    }
    return { ...part, loops: [offerAll] }
  }

  private async offer(stick: () => MemoryBundle): Promise<void> {
    const file = stick()
    this.files.push(file)
    await this.intake?.offer(file, 'usb')
  }

  private images(shelf: BundleShelf, log: Logger): ImageWorld {
    const { clock, cloud, daemon } = this
    const registry: ManifestSource = {
      readManifest: async (manifest) => {
        if (!cloud.isReachable || !this.hasRegistry) throw new Error('The registry does not answer')
        return FAKE_IMAGES.readManifest(manifest)
      },
    }
    return {
      ...{ clock, finders: [] },
      blobs: new BorrowedBlobs(this.blobs, shelf, log),
      manifests: shelf.manifestsBefore(registry),
      registry: new FakeLocalRegistry(daemon),
      close: () => Promise.resolve(),
    }
  }

  /** Ends the supervisor as SIGTERM does; its containers go on. Rejects where a loop had ended by a bug. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await this.untilEnded()
  }

  /** Lets time pass. Where the power goes meanwhile, the board is dark for some seconds and boots again. */
  async run(ms: number, isOver: () => boolean = () => false): Promise<void> {
    const end = this.clock.monotonic() + ms
    while (this.clock.monotonic() < end) {
      await this.clock.advance(end - this.clock.monotonic(), () => !this.isPowered || isOver())
      if (this.isPowered) return
      await this.boot()
    }
  }

  /** The plug is pulled now. */
  cutPower(): void {
    if (!this.isPowered) return
    this.isPowered = false
    this.cuts++
    this.cutAt = Infinity
    this.daemon.cutPower()
    this.stopping.abort()
    this.cloud.loseLink()
  }

  private async boot(): Promise<void> {
    await this.clock.advance(OFF_MS)
    await this.untilEnded()
    this.daemon.restorePower()
    this.start()
  }

  // It gives steps that are under way some seconds to end.
  private async untilEnded(): Promise<void> {
    let hasEnded = false
    const end = this.running.finally(() => (hasEnded = true))
    end.catch(() => undefined)
    await this.clock.advance(MOST_SECONDS_TO_END * SECOND, () => hasEnded)
    if (!hasEnded) throw new Error('The supervisor does not end when it is told to')
    await end
  }

  private passMoment(what: string): void {
    // Nothing reaches a disk without power.
    if (!this.isPowered) throw new PowerGone(what)
    this.moments++
    this.onMoment(what)
    if (this.moments < this.cutAt) return
    this.cutPower()
    this.onPowerGone(what)
    throw new PowerGone(what)
  }
}
