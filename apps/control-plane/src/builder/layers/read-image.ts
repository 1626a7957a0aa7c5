import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuilderEngine, BuiltContent } from '../engine.js'
import type { EngineStore } from './engine-store.js'
import { readSavedImage, type SavedLayer } from './saved-image.js'

export interface ImageReading {
  image: BuiltContent
  // For one layer at a time.
  folder: string
  isKnown: (diffId: string) => Promise<boolean>
  onLayer: (layer: SavedLayer) => Promise<void>
  signal: AbortSignal
}

/**
 * Hands out the layers of an image that are not known yet, and gives its config as the engine has it: straight from the
 * engine's folders where they are on this machine and as expected, else from what the engine saves of the whole image.
 */
export async function readImage(engine: BuilderEngine, reading: ImageReading): Promise<Buffer> {
  const { image, folder, isKnown, signal } = reading
  const fromStore = await readStore(await engine.store(), reading)
  if (fromStore) return fromStore
  const onLayer = async (layer: SavedLayer) => {
    if (!(await isKnown(layer.diffId))) await reading.onLayer(layer)
  }
  return readSavedImage(await engine.save(image.id, signal), { folder, onLayer, signal })
}

/** Undefined where the engine's folders are elsewhere, or laid out otherwise. */
async function readStore(store: EngineStore, reading: ImageReading): Promise<Buffer | undefined> {
  const { image, folder, isKnown, onLayer, signal } = reading
  const config = await store.config(image.id).catch(() => undefined)
  if (!config) return undefined
  const file = join(folder, 'copied')
  for (const [at, diffId] of image.layers.entries()) {
    if (await isKnown(diffId)) continue
    const isCopied = await store.copyLayer(image.layers.slice(0, at + 1), file, signal).then(
      () => true,
      () => false,
    )
    signal.throwIfAborted()
    if (isCopied) await onLayer({ file, diffId })
    await rm(file, { force: true })
    if (!isCopied) return undefined
  }
  return config
}
