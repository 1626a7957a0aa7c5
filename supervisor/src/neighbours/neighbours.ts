import type { Blob, BlobSource, BlobStore, ByteRange } from '../images/ports.js'
import { Wake } from '../loops/wake.js'
import type { Core, Part } from '../part.js'
import type { Clock } from '../ports.js'
import type { BlobServer, BlobState, NeighbourNetwork, Presence } from './ports.js'
import { Sharing } from './sharing.js'

// Who failed to open its door tries again after so long.
const RETRY_MS = 60_000
// Who has just come knows nobody yet: so long it takes until the first have answered.
const FIRST_LOOK_MS = 1_500
// What nobody asked for in so long is forgotten: the download is over, or has long been given up.
const FORGOTTEN_MS = 600_000
// A download asks about every few seconds; one that did not for so long has ended.
const FETCHES_MS = 60_000

interface Wanted {
  sharing: Sharing
  usedAt: number
}

/** Blobs from devices of the same fleet on the same network, and for them. */
export class Neighbours implements BlobSource {
  readonly kind = 'neighbour'
  private core?: Pick<Core, 'clock' | 'registration' | 'targets' | 'log'>
  private presence?: Presence
  private isJoining = false
  // By Clock.monotonic(): from when on it is known who is there.
  private knowsFrom = 0
  private blobs?: BlobStore
  private readonly wanted = new Map<string, Wanted>()
  // By digest: when this device was last told to fetch it from far away, for the others to know.
  private readonly fetching = new Map<string, number>()

  constructor(private readonly network: NeighbourNetwork) {}

  /** From now on, what is whole in there is served too. */
  serve(blobs: BlobStore): void {
    this.blobs = blobs
  }

  /** Whether there is anybody to share with. */
  isSharing(): boolean {
    return this.presence !== undefined
  }

  part(core: Core): Part {
    this.core = core
    this.isJoining = core.targets.target?.neighbours !== undefined
    return { loops: [(end) => this.run(end)] }
  }

  async offer(blob: Blob, signal: AbortSignal): Promise<'ready' | 'soon' | 'none'> {
    const { presence, core } = this
    if (!presence || !core) return this.isJoining ? 'soon' : 'none'
    if (core.clock.monotonic() < this.knowsFrom) return 'soon'
    const offer = await this.sharingOf(blob, presence, core)
      .offer(signal)
      .catch(() => 'none' as const)
    // Whoever is told so fetches it from elsewhere.
    if (offer === 'none') this.fetching.set(blob.digest, core.clock.monotonic())
    else this.fetching.delete(blob.digest)
    return offer
  }

  async *read(blob: Blob, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { presence } = this
    const sharing = this.wanted.get(blob.digest)?.sharing
    const holder = sharing?.holder()
    if (!presence || !sharing || !holder) throw new Error('No neighbour has it any more')
    try {
      yield* presence.read(holder, { digest: blob.digest, range }, signal)
    } catch (error) {
      sharing.failed(holder)
      throw error
    }
  }

  private sharingOf(
    blob: Blob,
    presence: Presence,
    core: { clock: Clock; registration: Core['registration'] },
  ): Sharing {
    const usedAt = core.clock.monotonic()
    for (const [digest, { usedAt: before }] of this.wanted) {
      if (usedAt - before > FORGOTTEN_MS) this.forget(digest)
    }
    const { deviceId } = core.registration
    const sharing = this.wanted.get(blob.digest)?.sharing ?? new Sharing(deviceId, blob, presence, core.clock)
    this.wanted.set(blob.digest, { sharing, usedAt })
    return sharing
  }

  private forget(digest: string): void {
    this.wanted.delete(digest)
    this.fetching.delete(digest)
  }

  /** Is among the others for as long as the target says by which key. */
  private async run(end: AbortSignal): Promise<void> {
    const { core } = this
    if (!core) return
    const wake = new Wake()
    const unhear = core.targets.changed.add(() => wake.notify())
    let open: string | undefined
    while (!end.aborted) {
      const key = core.targets.target?.neighbours?.key
      if (key !== open) {
        await this.leave()
        open = key !== undefined && (await this.join(core, key)) ? key : undefined
      }
      await wake.wait(core.clock, key === open ? Number.MAX_SAFE_INTEGER : RETRY_MS, end)
    }
    unhear()
    await this.leave()
  }

  private async join(core: NonNullable<typeof this.core>, key: string): Promise<boolean> {
    const { deviceId } = core.registration
    this.isJoining = true
    try {
      this.presence = await this.network.join({ deviceId, key, server: this.server() })
      this.knowsFrom = core.clock.monotonic() + FIRST_LOOK_MS
      return true
    } catch (error) {
      core.log.warn('no neighbours can be found', { error })
      return false
    } finally {
      this.isJoining = false
    }
  }

  private async leave(): Promise<void> {
    const { presence } = this
    this.presence = undefined
    this.wanted.clear()
    this.fetching.clear()
    await presence?.close()
  }

  private server(): BlobServer {
    return {
      stateOf: (digest) => this.stateOf(digest),
      sizeOf: (digest) => this.blobs?.bytesOf(digest) ?? 0,
      read: (digest, range) => {
        if (!this.blobs) throw new Error('Nothing is served yet')
        return this.blobs.read(digest, range)
      },
    }
  }

  private stateOf(digest: string): BlobState {
    if (this.blobs?.isWhole(digest)) return { state: 'whole' }
    const askedAt = this.fetching.get(digest)
    const now = this.core?.clock.monotonic() ?? 0
    if (askedAt !== undefined && now - askedAt < FETCHES_MS)
      return { state: 'fetching', bytes: this.blobs?.bytesOf(digest) ?? 0 }
    return { state: 'none' }
  }
}
