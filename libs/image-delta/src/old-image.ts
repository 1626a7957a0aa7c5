import { basename } from 'node:path/posix'
import type { IndexedEntry, LayerIndex } from './layer-index.js'
import type { Slice } from './slice.js'
import { visibleFiles, type OldFile } from './merged-view.js'

/** The old image as the base of headers and the source of contents. */
export class OldImage {
  private readonly starts: number[] = []
  private readonly visible: Map<string, OldFile>
  private readonly byHash = new Map<string, OldFile>()
  private readonly byPath = new Map<string, OldFile>()
  private readonly byName = new Map<string, OldFile[]>()
  readonly skeletonBytes: number

  constructor(readonly layers: LayerIndex[]) {
    let start = 0
    for (const { skeleton } of layers) {
      this.starts.push(start)
      start += skeleton.length
    }
    this.skeletonBytes = start
    this.visible = visibleFiles(layers)
    layers.forEach((layer, number) => {
      for (const entry of layer.entries) this.byPath.set(entry.path, { layer: number, entry })
    })
    for (const [path, file] of this.visible) {
      if (file.entry.sizeBytes === 0) continue
      if (!this.byHash.has(file.entry.contentHash)) this.byHash.set(file.entry.contentHash, file)
      const name = withoutVersion(basename(path))
      const named = this.byName.get(name)
      if (named) named.push(file)
      else this.byName.set(name, [file])
    }
  }

  /** Where its header blocks begin, counted over the skeletons of all layers. */
  place({ layer, entry }: OldFile): number {
    return (this.starts[layer] ?? 0) + entry.skeletonStart
  }

  group({ layer, entry }: OldFile): Buffer {
    const skeleton = this.layers[layer]?.skeleton ?? Buffer.alloc(0)
    return skeleton.subarray(entry.skeletonStart, entry.skeletonStart + entry.groupBytes)
  }

  /** Where its content is. */
  slice({ layer, entry }: OldFile): Slice {
    return { path: this.layers[layer]?.tar ?? '', start: entry.contentStart, bytes: entry.sizeBytes }
  }

  /** The last entry of that path, visible or not. */
  entryAt(path: string): OldFile | undefined {
    return this.byPath.get(path)
  }

  /** A visible file of that content. */
  sameContent(entry: IndexedEntry): OldFile | undefined {
    return this.byHash.get(entry.contentHash)
  }

  isVisible(file: OldFile): boolean {
    return this.visible.get(file.entry.path)?.entry === file.entry
  }

  /** Visible files whose content may be like the new one's, the likeliest first. */
  candidates(entry: IndexedEntry): OldFile[] {
    const same = this.visible.get(entry.path)
    if (same && same.entry.sizeBytes > 0) return [same]
    const alike = (this.byName.get(withoutVersion(basename(entry.path))) ?? []).map((file) => ({
      file,
      isAlike: withoutVersion(file.entry.path) === withoutVersion(entry.path),
      distance: Math.abs(file.entry.sizeBytes - entry.sizeBytes),
    }))
    alike.sort((a, b) => Number(b.isAlike) - Number(a.isAlike) || a.distance - b.distance)
    const [first, second] = alike
    if (!first) return []
    // One that lies where it has to is enough; of those that only share a name, another one may be the right one.
    return first.isAlike || !second ? [first.file] : [first.file, second.file]
  }
}

/** Folders and names of libraries have versions in them: all numbers are as good as each other. */
function withoutVersion(path: string): string {
  return path.replace(/\d+(\.\d+)*/g, '0')
}
