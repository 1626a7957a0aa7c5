import type { Platform } from '@flotilla/contracts'
import { Readable } from 'node:stream'
import type { ManifestDocument } from './local-registry.js'
import { mediaTypeOf, readConfig, readManifest, type Descriptor, type ImageManifest } from './manifest.js'
import type { BlobStore } from './ports.js'
import type { WantedLayer } from './ways.js'

/** Gives manifests as the registry has them, each of the digest that was asked for. */
export interface ManifestSource {
  readManifest(
    manifest: { repository: string; digest: string },
    signal: AbortSignal,
  ): Promise<{ mediaType: string; bytes: Buffer }>
}

/** All that a registry says of an image. */
export interface ImageDocuments {
  // repository@digest
  name: string
  document: ManifestDocument
  manifest: ImageManifest
  // As the engine keeps it.
  config: Descriptor
  // From the base up.
  layers: WantedLayer[]
  // Of the documents themselves, in the blob store.
  digests: string[]
}

// Beyond it no registry has one, and no board should read one.
const LONGEST_CONFIG_BYTES = 8 * 1024 * 1024

/** Reads manifests and configs, and keeps them in the blob store: after a cut they are not asked for again. */
export class DocumentReader {
  constructor(
    private readonly blobs: BlobStore,
    private readonly manifests: ManifestSource,
    private readonly platform: Platform,
  ) {}

  /** `name`: repository@digest, of a manifest or of a list of them. Throws UnknownManifest, among others. */
  async read(name: string, signal: AbortSignal): Promise<ImageDocuments> {
    const at = name.lastIndexOf('@')
    const [repository, listed] = [name.slice(0, at), name.slice(at + 1)]
    const { digest, bytes, manifest } = await this.imageManifest(repository, listed, signal)
    const { config, layers } = manifest
    if (config.size > LONGEST_CONFIG_BYTES) throw new Error(`The config of ${name} is far too long`)
    await this.blobs.fetch({ digest: config.digest, sizeBytes: config.size, repository }, { signal })
    const diffIds = readConfig(await this.content(config.digest))
    if (diffIds.length !== layers.length) throw new Error(`Manifest and config of ${name} have not as many layers`)
    return {
      name,
      document: { digest, mediaType: mediaTypeOf(manifest), bytes },
      manifest,
      config,
      layers: layers.map((layer, nth) => asWanted(layer, diffIds[nth] ?? '', repository)),
      digests: [...new Set([listed, digest, config.digest])],
    }
  }

  private async imageManifest(repository: string, listed: string, signal: AbortSignal) {
    const first = await this.manifestBytes(repository, listed, signal)
    const found = readManifest(first, this.platform)
    if (!('elsewhere' in found)) return { digest: listed, bytes: first, manifest: found }
    const bytes = await this.manifestBytes(repository, found.elsewhere, signal)
    const manifest = readManifest(bytes, this.platform)
    if ('elsewhere' in manifest) throw new Error(`${repository} has lists of images in lists of images`)
    return { digest: found.elsewhere, bytes, manifest }
  }

  private async manifestBytes(repository: string, digest: string, signal: AbortSignal): Promise<Buffer> {
    if (this.blobs.isWhole(digest)) return this.content(digest)
    const { bytes } = await this.manifests.readManifest({ repository, digest }, signal)
    await this.blobs.put(digest, Readable.from([bytes]))
    return bytes
  }

  private async content(digest: string): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.blobs.read(digest)) pieces.push(piece)
    return Buffer.concat(pieces)
  }
}

function asWanted({ digest, size, mediaType }: Descriptor, diffId: string, repository: string): WantedLayer {
  return { diffId, mediaType, blob: { digest, sizeBytes: size, repository } }
}
