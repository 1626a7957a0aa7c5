import type { DeltaDescription, ImageSourcesResponse } from '@flotilla/contracts'
import type { EngineImage } from '../ports.js'
import type { WantedImage } from '../ways.js'

/*
 * From which images deltas may lead to the one that is wanted, and which of the paths that the server names do.
 */

// As many as may be asked for.
const MOST_SOURCES = 64

export interface Source {
  // Of its manifest.
  digest: string
  // As the engine names it.
  id: string
}

/** One delta after the other; never none. */
export type DeltaPath = readonly [DeltaDescription, ...DeltaDescription[]]

/** Those that `isReadable` allows, the likeliest first: of the same repository, with the most layers in common. */
export function sourcesFor(
  wanted: Pick<WantedImage, 'name' | 'layers' | 'engineImages'>,
  isReadable: (image: EngineImage, digest: string) => boolean,
): Source[] {
  const repository = repositoryOf(wanted.name)
  const layers = new Set(wanted.layers.map(({ diffId }) => diffId))
  const found = wanted.engineImages.flatMap((image) =>
    image.names
      .filter((name) => isReadable(image, digestOf(name)))
      .map((name) => ({
        source: { digest: digestOf(name), id: image.id },
        isNear: repositoryOf(name) === repository ? 1 : 0,
        shared: image.diffIds.filter((diffId) => layers.has(diffId)).length,
      })),
  )
  const best = found.sort((a, b) => b.isNear - a.isNear || b.shared - a.shared)
  const byDigest = new Map(best.reverse().map(({ source }) => [source.digest, source]))
  return [...byDigest.values()].reverse().slice(0, MOST_SOURCES)
}

/** Paths that begin with an image that is here, go on without a gap, end where they should and use nothing refused. */
export function usablePaths(
  { paths }: ImageSourcesResponse,
  { to, from, isRefused }: { to: string; from: readonly Source[]; isRefused: (delta: DeltaDescription) => boolean },
): DeltaPath[] {
  const here = new Set(from.map(({ digest }) => digest))
  return paths.flatMap(({ deltas: [first, ...others] }) => {
    if (!first || !here.has(first.from)) return []
    const path: DeltaPath = [first, ...others]
    const isWhole = path.every((delta, at) => delta.to === (path[at + 1]?.from ?? to))
    return isWhole && !path.some(isRefused) ? [path] : []
  })
}

/** Of repository@digest. */
export function digestOf(name: string): string {
  return name.slice(name.lastIndexOf('@') + 1)
}

export function repositoryOf(name: string): string {
  return name.slice(0, name.lastIndexOf('@'))
}
