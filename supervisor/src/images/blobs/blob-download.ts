import type { Clock, Logger } from '../../ports.js'
import type { Blob, BlobSource, FetchOptions, SourceKind, TransferMeter } from '../ports.js'
import type { BlobDisk } from './blob-disk.js'
import { fillPart } from './fill-part.js'
import { PartFile } from './part-file.js'
import type { RangeSet } from './ranges.js'
import { SourceError } from './source-error.js'
import type { SourceTraffic } from './source-traffic.js'
import { SourceTurns } from './source-turns.js'

export interface BlobWorld {
  disk: BlobDisk
  // Asked in this order.
  sources: readonly BlobSource[]
  meter: TransferMeter
  clock: Clock
  log: Logger
}

/** Why a download ended early: nobody waits for it any more, or somebody else brought the blob. */
export class DownloadEnded extends Error {
  override name = 'DownloadEnded'
}

const FINAL = { isFinal: true }

interface DownloadOrder {
  traffic: SourceTraffic
  // Of the blob, on disk; kept true.
  safe: RangeSet
  /** Nothing is written any more. */
  onEnd: (isWhole: boolean) => void
}

/** One blob on its way, for all who want it. It goes on as long as anybody does. */
export class BlobDownload {
  private readonly controller = new AbortController()
  private readonly waiters = new Set<FetchOptions>()
  /** Resolves when the blob is whole, rejects when it will not be. */
  readonly ended: Promise<void>

  constructor(
    private readonly world: BlobWorld,
    private readonly blob: Blob,
    private readonly order: DownloadOrder,
  ) {
    this.ended = this.run().then(
      () => order.onEnd(true),
      (error: unknown) => {
        order.onEnd(false)
        throw error
      },
    )
    this.ended.catch(() => undefined)
  }

  get isEnding(): boolean {
    return this.controller.signal.aborted
  }

  /** As `ended`, but rejects at once when this one's signal aborts. */
  async wait(options: FetchOptions): Promise<void> {
    const { signal } = options
    this.waiters.add(options)
    let leave = () => {}
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason as Error)
      signal.addEventListener('abort', leave, { once: true })
    })
    try {
      await Promise.race([this.ended, left])
    } finally {
      signal.removeEventListener('abort', leave)
      this.waiters.delete(options)
      if (this.waiters.size === 0) void this.stop()
    }
  }

  /** Resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.controller.abort(new DownloadEnded('The download has ended'))
    await this.ended.catch(() => undefined)
  }

  private async run(): Promise<void> {
    const { sources, clock, log } = this.world
    const { digest } = this.blob
    const turns = new SourceTurns(sources, this.blob, clock)
    for (let tries = 1; ;) {
      const isOfBefore = this.order.safe.bytes > 0
      if (await this.fetchWhole(turns)) return
      log.warn('what came of a blob is something else, fetching it again', { digest })
      // Nobody knows any more who gave what was there before, and whom to blame for it.
      const isExplained = turns.blame() || isOfBefore
      if (!isExplained && tries++ > 1) throw new SourceError(`What comes of ${digest} is something else`, FINAL)
    }
  }

  /** False: it was something else. */
  private async fetchWhole(turns: SourceTurns): Promise<boolean> {
    const { disk, clock, meter } = this.world
    const { traffic, safe } = this.order
    const part = await PartFile.open({ disk, blob: this.blob, clock, safe })
    try {
      const onBytes = (kind: SourceKind, added: number) => {
        for (const waiter of this.waiters) waiter.onBytes?.(part.bytes, kind, added)
      }
      const order = { blob: this.blob, turns, traffic, meter, clock, onBytes }
      await fillPart(part, order, this.controller.signal)
      return await part.finish()
    } finally {
      await part.close()
    }
  }
}
