import { withAbort } from '../abort.js'
import type { Clock } from '../ports.js'
import type { Blob, BlobStore, DownloadProgress } from './ports.js'

// Bytes come in thousands of pieces.
const SHORTEST_MS = 500
// That nothing comes is worth knowing too.
const LONGEST_MS = 15_000
// Of one image: small layers on a link of long round trips would come one by one.
const AT_ONCE = 3

type Listener = (progress: DownloadProgress) => void

/** Fetches the blobs of one image, and adds up what is on the device of them. */
export class DownloadTally {
  // By digest.
  private readonly done = new Map<string, number>()
  private neededBytes = 0
  private readonly fetched = { registry: 0, neighbour: 0, bundle: 0 }
  private toldAt = -Infinity

  constructor(
    private readonly blobs: BlobStore,
    private readonly clock: Clock,
    private readonly onProgress: Listener,
    private readonly way: DownloadProgress['way'],
  ) {}

  /** Resolves when all are whole; what fails ends the others, which keep what they have. */
  fetchAll(blobs: readonly Blob[], signal: AbortSignal): Promise<void> {
    for (const { digest, sizeBytes } of blobs) {
      if (!this.done.has(digest)) this.neededBytes += sizeBytes
      this.done.set(digest, this.blobs.bytesOf(digest))
    }
    this.tell()
    return withAbort(signal, async (controller) => {
      const ticking = this.tick(controller.signal)
      try {
        // Also those that were there: a bundle may have gone that had them.
        await this.fetchSideBySide([...blobs], controller)
      } finally {
        controller.abort(new Error('It has ended'))
        await ticking
      }
      this.tell()
    })
  }

  private async fetchSideBySide(queue: Blob[], controller: AbortController): Promise<void> {
    const { signal } = controller
    const fetchOn = async () => {
      for (let blob = queue.shift(); blob && !signal.aborted; blob = queue.shift()) await this.fetch(blob, signal)
    }
    const lanes = Array.from({ length: AT_ONCE }, () => fetchOn())
    // The others have to be over before it is said how it went: their files are open.
    for (const lane of lanes) lane.catch((error: unknown) => controller.abort(error))
    const [failed] = (await Promise.allSettled(lanes)).filter(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw signal.aborted ? signal.reason : failed.reason
    signal.throwIfAborted()
  }

  private fetch(blob: Blob, signal: AbortSignal): Promise<void> {
    return this.blobs.fetch(blob, {
      signal,
      onBytes: (doneBytes, kind, addedBytes) => {
        this.done.set(blob.digest, doneBytes)
        this.fetched[kind] += addedBytes
        if (this.clock.monotonic() - this.toldAt >= SHORTEST_MS) this.tell()
      },
    })
  }

  private async tick(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await this.clock.sleep(LONGEST_MS, end)
      if (!end.aborted) this.tell()
    }
  }

  private tell(): void {
    this.toldAt = this.clock.monotonic()
    const doneBytes = [...this.done.values()].reduce((sum, bytes) => sum + bytes, 0)
    const { neighbour: neighbourBytes, bundle: bundleBytes } = this.fetched
    this.onProgress({ doneBytes, neededBytes: this.neededBytes, way: this.way, neighbourBytes, bundleBytes })
  }
}
