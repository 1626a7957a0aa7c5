import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeltaSource } from '../delta-source.js'
import { indexLayer } from '../layer-index.js'
import { makeDelta, type ImageContent } from '../make-delta.js'
import { visibleFiles } from '../merged-view.js'
import { rebuildLayer } from '../rebuild-layer.js'
import { SkeletonWriter } from '../skeleton-writer.js'
import type { SourceFile } from '../source-file.js'

/** A folder with images and deltas of a test. */
export class Workbench {
  private constructor(readonly folder: string) {}

  static async open(): Promise<Workbench> {
    return new Workbench(await mkdtemp(join(tmpdir(), 'image-delta-')))
  }

  close(): Promise<void> {
    // What ran out of time may still be writing.
    return rm(this.folder, { recursive: true, force: true, maxRetries: 20 })
  }

  async image(tars: Buffer[]): Promise<ImageContent> {
    const layers = tars.map(async (tar) => {
      const hex = createHash('sha256').update(tar).digest('hex')
      const path = join(this.folder, hex)
      await writeFile(path, tar)
      return { diffId: `sha256:${hex}`, tar: path }
    })
    return { layers: await Promise.all(layers) }
  }

  /** The path of a delta between two images. */
  async delta(from: ImageContent, to: ImageContent, sharedLayers?: number): Promise<string> {
    const out = join(this.folder, 'delta')
    await makeDelta({ from, to, out, scratch: this.folder, sharedLayers })
    return out
  }

  /** What a board has of an image: its visible files, and the skeletons that it kept. */
  async source(image: ImageContent): Promise<DeltaSource> {
    const layers = await Promise.all(image.layers.map((layer) => indexLayer(layer)))
    const files = visibleFiles(layers)
    for (const layer of image.layers) await this.keepSkeleton(layer)
    return {
      openFile: async (path) => {
        const file = files.get(path)
        if (!file) throw new Error(`There is no ${path}.`)
        const tar = await readFile(layers[file.layer]?.tar ?? '')
        return memoryFile(tar.subarray(file.entry.contentStart, file.entry.contentStart + file.entry.sizeBytes))
      },
      openSkeleton: async (diffId) => memoryFile(await readFile(join(this.folder, `${diffId}.skeleton`))),
    }
  }

  private async keepSkeleton({ diffId, tar }: ImageContent['layers'][number]): Promise<void> {
    const writer = new SkeletonWriter(join(this.folder, `${diffId}.skeleton`))
    const bytes = await readFile(tar)
    // Odd pieces, since that is how they come.
    for (let at = 0; at < bytes.length; at += 70_001) await writer.write(bytes.subarray(at, at + 70_001))
    await writer.finish()
  }
}

export async function rebuilt(delta: string, diffId: string, source: DeltaSource): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of rebuildLayer(delta, diffId, source)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

export function memoryFile(bytes: Buffer): SourceFile {
  return {
    sizeBytes: bytes.length,
    read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
    close: () => Promise.resolve(),
  }
}
