/*
 * Bundles as the control plane would make them, or as somebody else would; and files that are only in memory.
 */
import {
  BUNDLE_FORMAT,
  BundleSchema,
  bundleStatement,
  TargetSchema,
  targetStatement,
  type Bundle,
  type BundleBlob,
  type SignedTarget,
  type TargetInput,
} from '@flotilla/contracts'
import { sign, type KeyObject } from 'node:crypto'
import type { BundleFile } from '../bundles/ports.js'
import type { ByteRange } from '../images/ports.js'
import { digestOf, type FakeImageRegistry } from './fake-image-registry.js'

export interface SigningKey {
  id: string
  privateKey: KeyObject
}

export interface BundleContent {
  key: SigningKey
  description: Omit<Bundle, 'format' | 'blobs'> & { format?: number }
  // By hardware uuid.
  targets: Record<string, SignedTarget>
  blobs: { kind: BundleBlob['kind']; bytes: Buffer }[]
}

export function signTarget(target: TargetInput, { id, privateKey }: SigningKey): SignedTarget {
  const payload = JSON.stringify(TargetSchema.parse(target))
  const signature = sign(null, Buffer.from(targetStatement(payload)), privateKey).toString('base64url')
  return { payload, keyId: id, signature }
}

/** The files of a bundle, in their order. */
export function bundleEntries({ key, description, targets, blobs }: BundleContent): [name: string, bytes: Buffer][] {
  const listed = blobs.map(({ kind, bytes }) => ({ kind, digest: digestOf(bytes), sizeBytes: bytes.length }))
  const payload = JSON.stringify({ format: BUNDLE_FORMAT, ...description, blobs: listed })
  const signature = sign(null, Buffer.from(bundleStatement(payload)), key.privateKey).toString('base64url')
  return [
    ['bundle.json', Buffer.from(JSON.stringify({ payload, keyId: key.id, signature }))],
    ...Object.entries(targets).map(([uuid, target]): [string, Buffer] => [
      `targets/${uuid}.json`,
      Buffer.from(JSON.stringify(target)),
    ]),
    ...blobs.map(({ bytes }): [string, Buffer] => [`blobs/${digestOf(bytes).replace(':', '/')}`, bytes]),
  ]
}

/** All that images of this registry consist of. */
export function blobsOfImages(registry: FakeImageRegistry, digests: readonly string[]): BundleContent['blobs'] {
  const all = digests.flatMap((digest): BundleContent['blobs'] => {
    const bytes = registry.manifests.get(digest) ?? Buffer.alloc(0)
    const { config, layers } = JSON.parse(bytes.toString()) as Record<'config', { digest: string }> & {
      layers: { digest: string }[]
    }
    const blob = (kind: BundleBlob['kind'], { digest: of }: { digest: string }) => {
      return { kind, bytes: registry.blobs.get(of) ?? Buffer.alloc(0) }
    }
    return [{ kind: 'manifest', bytes }, blob('config', config), ...layers.map((layer) => blob('layer', layer))]
  })
  return [...new Map(all.map((blob) => [digestOf(blob.bytes), blob])).values()]
}

/** What a target of one board says, as a bundle for it alone describes it. */
export function describeBundle(target: TargetInput, change: Partial<Bundle> = {}): BundleContent['description'] {
  const { device, fleet, apps } = target
  const images = apps.flatMap(({ services }) => Object.values(services).map(({ image }) => image))
  const {
    format: _format,
    blobs: _blobs,
    ...description
  } = BundleSchema.parse({
    format: BUNDLE_FORMAT,
    createdAt: '2026-11-21T07:00:00.000Z',
    fleet,
    release: apps[0]?.release,
    targets: [{ hardwareUuid: device.hardwareUuid, deviceId: device.id, name: device.name }],
    images: images.map(({ repository, digest }) => ({ repository, digest, platform: 'linux/arm64' })),
    blobs: [],
    ...change,
  })
  return description
}

const BLOCK = 512

export function tarOf(entries: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const files = entries.flatMap(([name, bytes]) => [tarHeader(name, bytes.length), bytes, padding(bytes.length)])
  return Buffer.concat([...files, Buffer.alloc(2 * BLOCK)])
}

export function tarHeader(name: string, sizeBytes: number, type = '0'): Buffer {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, 100, 'latin1')
  header.write('0000644\0' + '0000000\0'.repeat(2), 100)
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`, 124)
  header.write(`        ${type}`, 148)
  header.write('ustar\x0000', 257)
  return withChecksum(header)
}

export function withChecksum(header: Buffer): Buffer {
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK)
}

/** A file that can be pulled out while it is read. */
export class MemoryBundle implements BundleFile {
  isPulled = false
  isClosed = false
  bytesRead = 0
  /** The longest piece that was asked for. */
  longestRead = 0
  /** Told of each piece that is read. */
  onRead: () => void = () => undefined

  constructor(
    readonly name: string,
    private readonly bytes: Buffer,
    readonly sizeBytes = bytes.length,
    private readonly pieceBytes = 64 * 1024,
  ) {}

  async *read({ first, last }: ByteRange): AsyncGenerator<Uint8Array> {
    this.longestRead = Math.max(this.longestRead, last - first + 1)
    for (let position = first; position <= last; position += this.pieceBytes) {
      await Promise.resolve()
      if (this.isPulled || this.isClosed) throw new Error('EIO: i/o error, read')
      const piece = this.bytes.subarray(position, Math.min(last + 1, position + this.pieceBytes))
      if (piece.length === 0) return
      this.bytesRead += piece.length
      this.onRead()
      yield Buffer.from(piece)
    }
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }
}
