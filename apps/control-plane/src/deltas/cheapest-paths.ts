import type { DeltaDescription } from '@flotilla/contracts'

// Each link is an image that the device has to make and remove again.
const MOST_LINKS = 4
const MOST_PATHS = 8

export interface Path {
  deltas: DeltaDescription[]
  bytes: number
}

export interface Journey {
  // Manifest digests.
  have: readonly string[]
  to: string
  // What the way without deltas costs: no path is worth as much.
  belowBytes: number
}

/**
 * The chains of deltas that lead from an image that the device has to the one wanted, the cheapest first; of equally
 * cheap ones the shorter, then the one from the image named first.
 */
export function cheapestPaths(deltas: readonly DeltaDescription[], { have, to, belowBytes }: Journey): Path[] {
  if (have.includes(to)) return []
  const into = byEnd(deltas)
  const found: Path[] = []
  let frontier: Path[] = [{ deltas: [], bytes: 0 }]
  for (let links = 0; links < MOST_LINKS; links++) {
    frontier = frontier.flatMap((path) => prolonged(path, into, to)).filter(({ bytes }) => bytes < belowBytes)
    found.push(...frontier.filter((path) => have.includes(startOf(path, to))))
    // Whoever has an image needs no way to it.
    frontier = cheapestOfEach(frontier, to).filter((path) => !have.includes(startOf(path, to)))
  }
  const rank = (path: Path) => have.indexOf(startOf(path, to))
  return found
    .sort((a, b) => a.bytes - b.bytes || a.deltas.length - b.deltas.length || rank(a) - rank(b))
    .slice(0, MOST_PATHS)
}

function byEnd(deltas: readonly DeltaDescription[]): Map<string, DeltaDescription[]> {
  const into = new Map<string, DeltaDescription[]>()
  for (const delta of deltas) into.set(delta.to, [...(into.get(delta.to) ?? []), delta])
  return into
}

/** The path with one more delta at its beginning, in every way that leads through no image twice. */
function prolonged(path: Path, into: ReadonlyMap<string, DeltaDescription[]>, to: string): Path[] {
  const passed = new Set([to, ...path.deltas.map(({ from }) => from)])
  const links = into.get(startOf(path, to)) ?? []
  return links
    .filter(({ from }) => !passed.has(from))
    .map((delta) => ({ deltas: [delta, ...path.deltas], bytes: path.bytes + delta.sizeBytes }))
}

/** Of the paths with one beginning the cheapest alone: whatever leads there, the others would only cost more. */
function cheapestOfEach(paths: readonly Path[], to: string): Path[] {
  const best = new Map<string, Path>()
  for (const path of paths) {
    const start = startOf(path, to)
    if (path.bytes < (best.get(start)?.bytes ?? Infinity)) best.set(start, path)
  }
  return [...best.values()]
}

function startOf({ deltas }: Path, to: string): string {
  return deltas[0]?.from ?? to
}
