import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { compressFile } from './compress.js'
import { diffContents, type ContentDiff } from './content-diff.js'
import { encodeHeader, STREAMS, type DeltaHeader, type StreamName } from './delta-format.js'
import { DeltaStreams } from './delta-streams.js'
import { LayerEncoder, type ContentPlan } from './encode-layer.js'
import { indexLayer, type IndexedEntry, type LayerContent, type LayerIndex } from './layer-index.js'
import type { OldFile } from './merged-view.js'
import { OldImage } from './old-image.js'
import { ScratchStreams } from './scratch-streams.js'

/** The layers of an image from the base up. */
export interface ImageContent {
  layers: LayerContent[]
}

export interface DeltaOptions {
  from: ImageContent
  to: ImageContent
  /** How many layers of `to`, from the base up, whoever has `from` has too; by default those that both begin with. */
  sharedLayers?: number
  /** Path of the delta to be. */
  out: string
  /** A folder for temporary files, which go again. */
  scratch: string
  signal?: AbortSignal
  onProgress?: (doneBytes: number, totalBytes: number) => void
}

export interface MadeDelta {
  sizeBytes: number
  digest: string
  layers: { diffId: string; tarBytes: number }[]
}

/** Writes what it takes to make those layers of `to` that `from` lacks out of `from`'s. */
export async function makeDelta(options: DeltaOptions): Promise<MadeDelta> {
  const scratch = await mkdtemp(join(options.scratch, 'delta-'))
  try {
    return await new DeltaMaker(options, scratch).make()
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

export function sharedLayers(from: ImageContent, to: ImageContent): number {
  const different = to.layers.findIndex(({ diffId }, at) => from.layers[at]?.diffId !== diffId)
  return different < 0 ? to.layers.length : different
}

class DeltaMaker {
  private doneBytes = 0
  private totalBytes = 0
  private readonly parts: string[] = []

  constructor(
    private readonly options: DeltaOptions,
    private readonly scratch: string,
  ) {}

  async make(): Promise<MadeDelta> {
    const { from, to, signal } = this.options
    const missing = to.layers.slice(this.options.sharedLayers ?? sharedLayers(from, to))
    const old = new OldImage(await this.index(from.layers))
    const layers = await this.index(missing)
    this.totalBytes = layers.reduce((sum, { tarBytes }) => sum + tarBytes, 0)
    const header: DeltaHeader = {
      from: old.layers.map(({ diffId, skeleton }) => ({ diffId, skeletonBytes: skeleton.length })),
      to: to.layers.map(({ diffId }) => diffId),
      layers: [],
    }
    for (const [at, layer] of layers.entries()) {
      signal?.throwIfAborted()
      header.layers.push({ diffId: layer.diffId, tarBytes: layer.tarBytes, sections: await this.layer(old, layer, at) })
    }
    return this.assemble(header)
  }

  private async index(layers: LayerContent[]): Promise<LayerIndex[]> {
    const indexes: LayerIndex[] = []
    for (const layer of layers) indexes.push(await indexLayer(layer, this.options.signal))
    return indexes
  }

  private async layer(old: OldImage, layer: LayerIndex, number: number): Promise<Record<StreamName, number[]>> {
    const plain = new ScratchStreams(this.scratch, `layer-${number}`)
    const tar = await open(layer.tar)
    try {
      const plans = layer.entries.map((entry) => this.plan(old, layer, entry))
      const reader = { read: (start: number, count: number) => readRange(tar, start, count) }
      await new LayerEncoder(old, new DeltaStreams(plain), reader).encode(layer, plans)
    } finally {
      await tar.close()
      plain.close()
    }
    const sections = { entries: [], operations: [], differences: [], extra: [] } as Record<StreamName, number[]>
    for (const stream of STREAMS) {
      const packed = join(this.scratch, `layer-${number}.${stream}.br`)
      const { path, sizeBytes } = plain.file(stream)
      if (sizeBytes === 0) continue
      sections[stream] = [await compressFile({ path, start: 0, end: sizeBytes }, packed, this.options.signal)]
      this.parts.push(packed)
    }
    return sections
  }

  private plan(old: OldImage, layer: LayerIndex, entry: IndexedEntry): ContentPlan {
    if (!entry.isRegular || entry.sizeBytes === 0) return { kind: 'none' }
    const same = old.sameContent(entry)
    if (same) return { kind: 'same', file: same }
    const sources = old.candidates(entry)
    return { kind: 'diff', sources, diff: () => this.diff(old, sources, layer, entry) }
  }

  private async diff(old: OldImage, sources: OldFile[], layer: LayerIndex, entry: IndexedEntry): Promise<ContentDiff> {
    this.options.signal?.throwIfAborted()
    const contents: Buffer[] = []
    for (const { layer: number, entry: file } of sources) {
      contents.push(await readContent(old.layers[number]?.tar ?? '', file))
    }
    const target = await readContent(layer.tar, entry)
    this.doneBytes += entry.sizeBytes
    this.options.onProgress?.(this.doneBytes, this.totalBytes)
    return diffContents(Buffer.concat(contents), target)
  }

  private async assemble(header: DeltaHeader): Promise<MadeDelta> {
    const hash = createHash('sha256')
    const output = createWriteStream(this.options.out)
    const bytes = encodeHeader(header)
    hash.update(bytes)
    output.write(bytes)
    for (const part of this.parts) {
      const input = createReadStream(part)
      input.on('data', (chunk) => hash.update(chunk))
      await pipeline(input, output, { end: false, signal: this.options.signal })
    }
    await new Promise<void>((resolve, reject) =>
      output.end((error?: Error | null) => (error ? reject(error) : resolve())),
    )
    const { size } = await stat(this.options.out)
    const layers = header.layers.map(({ diffId, tarBytes }) => ({ diffId, tarBytes }))
    return { sizeBytes: size, digest: `sha256:${hash.digest('hex')}`, layers }
  }
}

async function readContent(tar: string, entry: IndexedEntry): Promise<Buffer> {
  const file = await open(tar)
  try {
    return await readRange(file, entry.contentStart, entry.sizeBytes)
  } finally {
    await file.close()
  }
}

async function readRange(file: FileHandle, start: number, count: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(count)
  for (let done = 0; done < count;) {
    const { bytesRead } = await file.read(bytes, done, count - done, start + done)
    if (bytesRead === 0) throw new Error('A layer is shorter than it was.')
    done += bytesRead
  }
  return bytes
}
