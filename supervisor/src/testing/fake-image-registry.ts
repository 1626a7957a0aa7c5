/*
 * Images as a registry has them, without a registry: layers of any content, and the documents that name them.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { ManifestSource } from '../images/image-documents.js'

export interface PublishedImage {
  // repository@digest
  image: string
  configDigest: string
  // Of the layers, from the base up.
  diffIds: string[]
  blobs: string[]
}

export class FakeImageRegistry implements ManifestSource {
  /** By digest. */
  readonly blobs = new Map<string, Buffer>()
  /** By digest. */
  readonly manifests = new Map<string, Buffer>()
  manifestsRead = 0
  private readonly published = new Map<string, PublishedImage>()

  publish(repository: string, layers: readonly (string | Buffer)[], { isOci = false } = {}): PublishedImage {
    const key = JSON.stringify([repository, layers.map(String), isOci])
    const published = this.published.get(key) ?? this.make(repository, layers, isOci)
    this.published.set(key, published)
    return published
  }

  private make(repository: string, layers: readonly (string | Buffer)[], isOci: boolean): PublishedImage {
    const contents = layers.map((layer) => (typeof layer === 'string' ? Buffer.from(layer) : layer))
    const packed = contents.map((content) => gzipSync(content))
    const diffIds = contents.map(digestOf)
    const config = JSON.stringify({ architecture: 'arm64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIds } })
    const types = isOci ? OCI : DOCKER
    const manifest = JSON.stringify({
      schemaVersion: 2,
      ...(!isOci && { mediaType: types.manifest }),
      config: this.add(types.config, Buffer.from(config)),
      layers: packed.map((layer) => this.add(types.layer, layer)),
    })
    const digest = this.addManifest(manifest)
    const image = `${repository}@${digest}`
    return { image, configDigest: digestOf(Buffer.from(config)), diffIds, blobs: packed.map(digestOf) }
  }

  /** A list of images by platform; gives its digest. */
  publishList(images: Record<string, string>): string {
    const manifests = Object.entries(images).map(([platform, digest]) => {
      const [os, architecture, variant] = platform.split('/')
      const size = this.manifests.get(digest)?.length ?? 0
      return { mediaType: OCI.manifest, digest, size, platform: { os, architecture, ...(variant && { variant }) } }
    })
    return this.addManifest(JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests }))
  }

  addManifest(text: string): string {
    const bytes = Buffer.from(text)
    this.manifests.set(digestOf(bytes), bytes)
    return digestOf(bytes)
  }

  readManifest({ digest }: { digest: string }): Promise<{ mediaType: string; bytes: Buffer }> {
    this.manifestsRead++
    const bytes = this.manifests.get(digest)
    if (!bytes) return Promise.reject(new Error(`The registry has no manifest ${digest}`))
    return Promise.resolve({ mediaType: '', bytes })
  }

  private add(mediaType: string, bytes: Buffer): object {
    const digest = digestOf(bytes)
    this.blobs.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }
}

const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
}
const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
