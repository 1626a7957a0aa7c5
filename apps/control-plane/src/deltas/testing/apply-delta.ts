import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rebuildLayer, SkeletonWriter, type SourceFile } from '@flotilla/image-delta'
import type { TestImage } from './image-registry.js'

/** The tar of one layer, rebuilt as a board does it that has the image `from`. */
export async function applyDelta(delta: Buffer, diffId: string, from: TestImage): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'flotilla-apply-delta-'))
  try {
    await writeFile(join(folder, 'delta'), delta)
    for (const layer of from.layers) {
      const writer = new SkeletonWriter(join(folder, layer.diffId))
      await writer.write(layer.tar)
      await writer.finish()
    }
    const files = Object.assign({}, ...from.layers.map((layer) => layer.files)) as Record<string, Buffer>
    const source = {
      openFile: (path: string) => Promise.resolve(memoryFile(files[path] ?? Buffer.alloc(0))),
      openSkeleton: async (layer: string) => memoryFile(await readFile(join(folder, layer))),
    }
    const chunks: Buffer[] = []
    for await (const chunk of rebuildLayer(join(folder, 'delta'), diffId, source)) chunks.push(Buffer.from(chunk))
    return Buffer.concat(chunks)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function memoryFile(bytes: Buffer): SourceFile {
  return {
    sizeBytes: bytes.length,
    read: (into, position) => Promise.resolve(bytes.copy(into, 0, position)),
    close: () => Promise.resolve(),
  }
}
