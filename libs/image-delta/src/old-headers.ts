import { DeltaError } from './delta-error.js'
import type { DeltaHeader } from './delta-format.js'
import type { DeltaSource } from './delta-source.js'
import { SkeletonReader } from './skeleton-reader.js'
import { extensionBytes, isHeader, LARGEST_GROUP, readGroup, type TarEntry } from './tar-group.js'
import { BLOCK } from './tar-header.js'

// Layers whose skeletons are open at a time.
const MOST_OPEN = 3

/** An old entry: where its header blocks begin over all skeletons, and the blocks, good until the next one is read. */
export interface OldEntry extends TarEntry {
  place: number
  group: Buffer
}

/** The headers of the old image's layers, read from their skeletons. */
export class OldHeaders {
  private readonly open = new Map<number, SkeletonReader>()
  private readonly group = Buffer.alloc(LARGEST_GROUP)

  constructor(
    private readonly layers: DeltaHeader['from'],
    private readonly source: DeltaSource,
  ) {}

  async at(place: number): Promise<OldEntry> {
    let number = 0
    let position = place
    for (const layer of this.layers) {
      if (position < layer.skeletonBytes) break
      position -= layer.skeletonBytes
      number += 1
    }
    const group = await this.readGroup(await this.skeleton(number), position)
    const entry = readGroup(group)
    if (!entry) throw new DeltaError('A delta names an old header that is none.')
    return { ...entry, place, group }
  }

  async close(): Promise<void> {
    for (const skeleton of this.open.values()) await skeleton.close()
    this.open.clear()
  }

  private async readGroup(skeleton: SkeletonReader, position: number): Promise<Buffer> {
    let length = 0
    for (;;) {
      const header = this.group.subarray(length, length + BLOCK)
      await skeleton.read(header, position + length)
      if (!isHeader(header)) throw new DeltaError('A delta names an old header that is none.')
      length += BLOCK
      const extension = extensionBytes(header)
      if (extension === undefined) return this.group.subarray(0, length)
      if (length + extension + BLOCK > LARGEST_GROUP) throw new DeltaError('An old header is too long.')
      await skeleton.read(this.group.subarray(length, length + extension), position + length)
      length += extension
    }
  }

  private async skeleton(number: number): Promise<SkeletonReader> {
    const known = this.open.get(number)
    if (known) return known
    const layer = this.layers[number]
    if (!layer) throw new DeltaError('A delta names an old header that is not there.')
    const [oldest] = this.open
    if (this.open.size >= MOST_OPEN && oldest) {
      this.open.delete(oldest[0])
      await oldest[1].close()
    }
    const file = await this.source.openSkeleton(layer.diffId)
    const skeleton = await SkeletonReader.open(file).catch(async (error: unknown) => {
      await file.close()
      throw error
    })
    this.open.set(number, skeleton)
    if (skeleton.sizeBytes !== layer.skeletonBytes) throw new DeltaError('A skeleton is not the one of the delta.')
    return skeleton
  }
}
