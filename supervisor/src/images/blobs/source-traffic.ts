import type { BlobSource } from '../ports.js'
import { RangeSizes } from './range-sizes.js'
import { Slots } from './slots.js'

// Over all blobs: memory and sockets of a small board are bounded by it.
const CONNECTIONS = 3

/** What is known of each source by all that was read from it, and how much is read from it at once. */
export class SourceTraffic {
  private readonly bySource = new Map<BlobSource, { sizes: RangeSizes; slots: Slots }>()

  sizes(source: BlobSource): RangeSizes {
    return this.of(source).sizes
  }

  /** Resolves once one more may be read; what it gives must be called at its end. */
  slot(source: BlobSource, signal: AbortSignal): Promise<() => void> {
    return this.of(source).slots.take(signal)
  }

  private of(source: BlobSource) {
    const known = this.bySource.get(source) ?? { sizes: new RangeSizes(), slots: new Slots(CONNECTIONS) }
    this.bySource.set(source, known)
    return known
  }
}
