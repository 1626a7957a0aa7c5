import type { DeltaDescription } from '@flotilla/contracts'
import { DurableValue } from '../../durable-value.js'
import type { Core, Part } from '../../part.js'
import type { BlobStore } from '../ports.js'
import { AwaitedDeltas } from './awaited-deltas.js'
import { DeltaFinder } from './delta-finder.js'
import type { ImageOpener, SkeletonShelf } from './ports.js'
import { Skeletons } from './skeletons.js'
import { NO_DELTAS } from './stored-deltas.js'

export interface DeltaWorld {
  blobs: BlobStore
  images: ImageOpener
  shelf: SkeletonShelf
  // Deltas that bundles have. Absent: there are none.
  bundled?: () => DeltaDescription[]
}

type OfCore = Pick<Core, 'cloud' | 'engine' | 'store' | 'targets' | 'events' | 'clock' | 'log' | 'lookWanted'>

/** What finds deltas for the image store, and what it adds to the device beside that. */
export async function openDeltas(core: OfCore, world: DeltaWorld): Promise<{ finder: DeltaFinder; part: Part }> {
  const { cloud, engine, store, events, log } = core
  const stored = new DurableValue(store.deltas, NO_DELTAS)
  await stored.load()
  const awaited = new AwaitedDeltas({ ...core, stored })
  const skeletons = new Skeletons(world.shelf, log)
  const finder = new DeltaFinder({ ...world, cloud, engine, skeletons, stored, awaited, events, log })
  const clear = () => world.images.clear().catch((error: unknown) => log.warn('left sources not removed', { error }))
  const run = async (end: AbortSignal) => {
    await clear()
    await awaited.run(end, (image) => finder.askAgain(image))
  }
  return { finder, part: { sources: { awaitedDeltas: () => awaited.waits() }, loops: [run] } }
}
