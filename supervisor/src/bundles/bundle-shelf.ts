import type { DeltaDescription } from '@flotilla/contracts'
import type { ManifestSource } from '../images/image-documents.js'
import type { Blob, BlobSource, ByteRange } from '../images/ports.js'
import { BundleGone, type OpenBundle } from './open-bundle.js'
import type { HeldBlob } from './read-bundle.js'

// As registries limit them themselves.
const LONGEST_MANIFEST_BYTES = 4 * 1024 * 1024

/** The bundles that are there now, as a source of blobs that costs nothing. */
export class BundleShelf implements BlobSource {
  readonly kind = 'bundle'
  // By name, the latest last.
  private readonly bundles = new Map<string, OpenBundle>()

  get isEmpty(): boolean {
    return this.bundles.size === 0
  }

  put(name: string, bundle: OpenBundle): void {
    this.bundles.set(name, bundle)
  }

  async take(name: string): Promise<void> {
    const bundle = this.bundles.get(name)
    this.bundles.delete(name)
    await bundle?.close()
  }

  holds(name: string): boolean {
    return this.bundles.has(name)
  }

  has(digest: string): boolean {
    return this.find(digest) !== undefined
  }

  find(digest: string): { bundle: OpenBundle; blob: HeldBlob } | undefined {
    for (const bundle of [...this.bundles.values()].reverse()) {
      const blob = bundle.find(digest)
      if (blob) return { bundle, blob }
    }
    return undefined
  }

  /** Those that are whole in here. */
  deltas(): DeltaDescription[] {
    const all = [...this.bundles.values()].flatMap(({ description }) => description.deltas)
    return all.filter(({ digest, sizeBytes }) => this.find(digest)?.blob.sizeBytes === sizeBytes)
  }

  /** Whether the image of this manifest needs nothing but what is in here. */
  hasImage(digest: string): boolean {
    const whole = [...this.bundles.values()].filter(({ isDamaged }) => !isDamaged)
    return whole.some(({ description }) => description.images.some((it) => it.digest === digest))
  }

  offer({ digest, sizeBytes }: Blob): Promise<'ready' | 'none'> {
    return Promise.resolve(this.find(digest)?.blob.sizeBytes === sizeBytes ? 'ready' : 'none')
  }

  read({ digest }: Blob, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.held(digest).read(digest, range, signal)
  }

  /** Manifests of what is in here, and else from `others`. */
  manifestsBefore(others: ManifestSource): ManifestSource {
    return {
      readManifest: async (manifest, signal) => {
        const bytes = await this.document(manifest.digest, LONGEST_MANIFEST_BYTES, signal).catch(() =>
          signal.throwIfAborted(),
        )
        return bytes ? { mediaType: '', bytes } : others.readManifest(manifest, signal)
      },
    }
  }

  /** A short blob, checked. Undefined: there is none. */
  async document(digest: string, mostBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
    const found = this.find(digest)
    if (!found || found.blob.sizeBytes > mostBytes) return undefined
    const pieces: Uint8Array[] = []
    for await (const piece of found.bundle.readChecked(digest, signal)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  private held(digest: string): OpenBundle {
    const found = this.find(digest)
    if (!found) throw new BundleGone(`Blob ${digest} is in no bundle any more`)
    return found.bundle
  }
}
