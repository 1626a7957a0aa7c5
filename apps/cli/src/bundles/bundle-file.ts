import { once } from 'node:events'
import { type BundleBlob, type SignedBundle, type SignedTarget } from '@flotilla/contracts'
import * as tar from 'tar-stream'

/* How the parts of a bundle lie in its file: a tar with bundle.json, the targets, then the blobs. */

export interface BundleParts {
  bundle: SignedBundle
  // By hardware uuid.
  targets: Record<string, SignedTarget>
  blobs: readonly BundleBlob[]
}

export const BUNDLE_ENTRY = 'bundle.json'
const BLOCK = 512
// Two blocks of zeros.
export const END_OF_TAR = Buffer.alloc(2 * BLOCK)

/** All that comes before the blobs, as it is in the file. The same parts always give the same bytes. */
export async function headOf({ bundle, targets }: BundleParts): Promise<Buffer> {
  const documents = [
    [BUNDLE_ENTRY, bundle] as const,
    ...Object.entries(targets).map(([uuid, target]) => [`targets/${uuid}.json`, target] as const),
  ]
  const pieces: Buffer[] = []
  for (const [name, document] of documents) {
    const content = Buffer.from(JSON.stringify(document))
    pieces.push(await headerOf(name, content.length), content, paddingAfter(content.length))
  }
  return Buffer.concat(pieces)
}

export function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

export function fileBytes(head: Buffer, blobs: readonly BundleBlob[]): number {
  const inTar = blobs.map(({ sizeBytes }) => BLOCK + sizeBytes + paddingAfter(sizeBytes).length)
  return head.length + inTar.reduce((sum, bytes) => sum + bytes, 0) + END_OF_TAR.length
}

export async function headerOf(name: string, sizeBytes: number): Promise<Buffer> {
  const pack = tar.pack()
  // One that is never filled: only its header is wanted.
  const entry = pack.entry({ name, size: sizeBytes, mode: 0o600, mtime: new Date(0), type: 'file' })
  entry.on('error', () => undefined)
  pack.on('error', () => undefined)
  const [header] = (await once(pack as unknown as NodeJS.EventEmitter, 'data')) as [Buffer]
  pack.destroy()
  return header
}

export function paddingAfter(sizeBytes: number): Buffer {
  return Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK)
}
