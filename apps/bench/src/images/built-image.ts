import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageRecipe } from './recipe.js'

export interface Layer {
  diffId: string
  /** Path of its tar, not compressed. */
  tar: string
  bytes: number
}

/** An image on disk, as `docker save` wrote it and with its archive unpacked. */
export interface BuiltImage {
  /** For an engine that has loaded it. */
  name: string
  folder: string
  layers: Layer[]
}

interface SavedImage {
  Config: string
  Layers: string[]
}

export function imageName(recipe: ImageRecipe): string {
  return `flotilla-bench:${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)}`
}

export function readSavedImage(folder: string, name: string): BuiltImage {
  const [saved] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as SavedImage[]
  if (!saved) throw new Error(`${folder} holds no image`)
  const config = JSON.parse(readFileSync(join(folder, saved.Config), 'utf8')) as { rootfs: { diff_ids: string[] } }
  const layers = config.rootfs.diff_ids.map((diffId, at) => {
    // A layer that comes twice is saved once.
    const tar = realpathSync(join(folder, saved.Layers[at] ?? ''))
    return { diffId, tar, bytes: statSync(tar).size }
  })
  return { name, folder, layers }
}

export function bytesOf(layers: Layer[]): number {
  return layers.reduce((sum, { bytes }) => sum + bytes, 0)
}
