import { type BuiltImage, bytesOf, type Layer } from './built-image.js'
import type { Places } from './kept-measurements.js'
import type { Cost } from './measured-run.js'

/** What an update costs by one method. */
export interface Measured {
  /** Over the link, without the image's manifest and configuration, which all methods need. */
  wireBytes: number
  /** Absent: nothing is made for the pair. */
  make?: Cost
  /** On the device. */
  apply: Cost
}

export interface Pair {
  from: BuiltImage
  to: BuiltImage
}

/** A way to bring an image to a device that has the older one. */
export interface Method {
  name: string
  title: string
  measure(pair: Pair, places: Places): Promise<Measured>
}

export interface LayerPair {
  from: Layer
  to: Layer
}

/** What a pair is known by. */
export function diffIds({ from, to }: Pair): string[][] {
  return [from, to].map(({ layers }) => layers.map(({ diffId }) => diffId))
}

/** Layers that differ, each with the one in the same place of the older image. */
export function changedLayers({ from, to }: Pair): LayerPair[] {
  const had = new Set(from.layers.map(({ diffId }) => diffId))
  return to.layers.flatMap((layer, at) => {
    if (had.has(layer.diffId)) return []
    const before = from.layers[at]
    if (!before) throw new Error('The images of a pair have as many layers as each other')
    return [{ from: before, to: layer }]
  })
}

/** Of the layers that the device lacks, not compressed. */
export function rebuiltBytes(pair: Pair): number {
  return bytesOf(changedLayers(pair).map(({ to }) => to))
}
