import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StreamCompressor } from './compress.js'
import { DiffAhead } from './diff-ahead.js'
import { DiffPool } from './diff-pool.js'
import { encodeHeader, STREAMS, type DeltaLayer, type StreamName } from './delta-format.js'
import { DeltaStreams } from './delta-streams.js'
import { LayerEncoder, type ContentPlan } from './encode-layer.js'
import { indexLayer, type IndexedEntry, type LayerContent, type LayerIndex } from './layer-index.js'
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
  const pool = new DiffPool()
  try {
    return await new DeltaMaker(options, scratch, pool).make()
  } finally {
    await pool.close()
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
  private readonly compressor: StreamCompressor

  constructor(
    private readonly options: DeltaOptions,
    private readonly scratch: string,
    private readonly pool: DiffPool,
  ) {
    this.compressor = new StreamCompressor(options.signal)
  }

  async make(): Promise<MadeDelta> {
    const { from, to, signal } = this.options
    const missing = to.layers.slice(this.options.sharedLayers ?? sharedLayers(from, to))
    const old = new OldImage(await this.index(from.layers))
    const layers = await this.index(missing)
    this.totalBytes = layers.reduce((sum, { tarBytes }) => sum + tarBytes, 0)
    const packed: Promise<PackedStreams>[] = []
    for (const [at, layer] of layers.entries()) {
      signal?.throwIfAborted()
      packed.push(this.pack(await this.layer(old, layer, at)))
      packed.at(-1)?.catch(() => undefined)
    }
    return this.assemble(old, layers, await Promise.all(packed))
  }

  private async index(layers: LayerContent[]): Promise<LayerIndex[]> {
    const indexes: LayerIndex[] = []
    for (const layer of layers) indexes.push(await indexLayer(layer, this.options.signal))
    return indexes
  }

  private async layer(old: OldImage, layer: LayerIndex, number: number): Promise<ScratchStreams> {
    const plain = new ScratchStreams(this.scratch, `layer-${number}`)
    const tar = await open(layer.tar)
    try {
      const ahead = new DiffAhead(this.pool, (bytes) => this.progress(bytes))
      const plans = layer.entries.map((entry) => this.plan(old, layer, entry, ahead))
      const reader = { read: (start: number, count: number) => readRange(tar, start, count) }
      await new LayerEncoder(old, new DeltaStreams(plain), reader).encode(layer, plans)
    } finally {
      await tar.close()
      plain.close()
    }
    return plain
  }

  private async pack(plain: ScratchStreams): Promise<PackedStreams> {
    const pack = async (stream: StreamName) => {
      const { path, sizeBytes } = plain.file(stream)
      return [stream, await this.compressor.compress(stream, path, sizeBytes)] as const
    }
    return Object.fromEntries(await Promise.all(STREAMS.map(pack))) as PackedStreams
  }

  private plan(old: OldImage, layer: LayerIndex, entry: IndexedEntry, ahead: DiffAhead): ContentPlan {
    if (!entry.isRegular || entry.sizeBytes === 0) return { kind: 'none' }
    const same = old.sameContent(entry)
    if (same) return { kind: 'same', file: same }
    const sources = old.candidates(entry)
    const target = { path: layer.tar, start: entry.contentStart, bytes: entry.sizeBytes }
    return { kind: 'diff', sources, diff: ahead.add({ sources: sources.map((file) => old.slice(file)), target }) }
  }

  private progress(bytes: number): void {
    this.options.signal?.throwIfAborted()
    this.doneBytes += bytes
    this.options.onProgress?.(this.doneBytes, this.totalBytes)
  }

  private async assemble(old: OldImage, layers: LayerIndex[], packed: PackedStreams[]): Promise<MadeDelta> {
    const header = encodeHeader({
      from: old.layers.map(({ diffId, skeleton }) => ({ diffId, skeletonBytes: skeleton.length })),
      to: this.options.to.layers.map(({ diffId }) => diffId),
      layers: layers.map(({ diffId, tarBytes }, at) => ({ diffId, tarBytes, sections: lengthsOf(packed[at]) })),
    })
    const paths = packed.flatMap((streams) => STREAMS.flatMap((stream) => streams[stream].map(({ path }) => path)))
    const hash = createHash('sha256')
    const bytes = async function* () {
      for (const part of [Readable.from([header]), ...paths.map((path) => createReadStream(path))]) {
        for await (const chunk of part as AsyncIterable<Buffer>) {
          hash.update(chunk)
          yield chunk
        }
      }
    }
    await pipeline(bytes, createWriteStream(this.options.out), { signal: this.options.signal })
    const { size } = await stat(this.options.out)
    const made = layers.map(({ diffId, tarBytes }) => ({ diffId, tarBytes }))
    return { sizeBytes: size, digest: `sha256:${hash.digest('hex')}`, layers: made }
  }
}

type PackedStreams = Record<StreamName, { path: string; bytes: number }[]>

function lengthsOf(streams: PackedStreams | undefined): DeltaLayer['sections'] {
  const lengths = STREAMS.map((stream) => [stream, streams?.[stream].map(({ bytes }) => bytes) ?? []] as const)
  return Object.fromEntries(lengths) as DeltaLayer['sections']
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
