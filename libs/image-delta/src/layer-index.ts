import { createHash, type Hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { LARGEST_SKELETON } from './skeleton-format.js'
import type { TarEntry } from './tar-group.js'
import { paddingAfter, TarWalker, type WalkedEntry } from './tar-walker.js'

/** A layer of an image: the sha256 over its tar, and where its tar is, not compressed. */
export interface LayerContent {
  diffId: string
  tar: string
}

export interface IndexedEntry extends TarEntry {
  /** Place of the header blocks in the skeleton and in the tar, and of the content in the tar. */
  skeletonStart: number
  groupBytes: number
  tarStart: number
  contentStart: number
  /** sha256 of the content; '' where there is none. */
  contentHash: string
  /** The content is all there, and NULs follow it up to the next block. */
  isRegular: boolean
}

export interface LayerIndex {
  diffId: string
  tar: string
  tarBytes: number
  entries: IndexedEntry[]
  skeleton: Buffer
}

const READ_BYTES = 1024 * 1024

/** Reads a layer's tar once. */
export async function indexLayer(layer: LayerContent, signal?: AbortSignal): Promise<LayerIndex> {
  const collector = new EntryCollector()
  const walker = new TarWalker(collector)
  const file = await open(layer.tar)
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  let tarBytes = 0
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, tarBytes)
      if (bytesRead === 0) break
      tarBytes += bytesRead
      walker.write(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
  walker.end()
  return { ...layer, tarBytes, entries: collector.finish(), skeleton: collector.skeleton() }
}

class EntryCollector {
  private readonly entries: IndexedEntry[] = []
  private readonly groups: Buffer[] = []
  private open: IndexedEntry | undefined
  private skeletonBytes = 0
  private position = 0
  private hash: Hash | undefined
  private isPaddingClean = true

  entry({ group, path, kind, sizeBytes }: WalkedEntry): void {
    this.closeEntry()
    if (this.skeletonBytes + group.length > LARGEST_SKELETON) throw new Error('A layer has too many files for a delta.')
    this.open = {
      path,
      kind,
      sizeBytes,
      skeletonStart: this.skeletonBytes,
      groupBytes: group.length,
      tarStart: this.position,
      contentStart: this.position + group.length,
      contentHash: '',
      isRegular: false,
    }
    this.entries.push(this.open)
    this.groups.push(Buffer.from(group))
    this.skeletonBytes += group.length
    this.position += group.length
    if (sizeBytes > 0) this.hash = createHash('sha256')
  }

  content(bytes: Buffer): void {
    this.hash?.update(bytes)
    this.position += bytes.length
  }

  padding(bytes: Buffer): void {
    if (bytes.some((byte) => byte !== 0)) this.isPaddingClean = false
    this.position += bytes.length
  }

  rest(bytes: Buffer): void {
    this.closeEntry()
    this.position += bytes.length
  }

  finish(): IndexedEntry[] {
    this.closeEntry()
    return this.entries
  }

  skeleton(): Buffer {
    return Buffer.concat(this.groups)
  }

  private closeEntry(): void {
    const entry = this.open
    if (!entry) return
    const whole = entry.contentStart + entry.sizeBytes + paddingAfter(entry.sizeBytes)
    entry.isRegular = this.isPaddingClean && this.position >= whole
    if (this.hash) entry.contentHash = this.hash.digest('base64')
    this.open = undefined
    this.hash = undefined
    this.isPaddingClean = true
  }
}
