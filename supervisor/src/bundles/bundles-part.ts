import { DurableValue } from '../durable-value.js'
import type { Core, Part } from '../part.js'
import { AtHand } from './at-hand.js'
import type { BundleShelf } from './bundle-shelf.js'
import { BundleStory } from './bundle-story.js'
import { Intake } from './intake.js'
import { NO_BUNDLES } from './stored-bundles.js'

/** Bundles are taken in by whoever finds them, through `offers.bundles`; the image store has their blobs from the shelf. */
export async function bundlesPart(core: Core, shelf: BundleShelf): Promise<Part> {
  const stored = new DurableValue(core.store.bundles, NO_BUNDLES)
  await stored.load()
  const atHand = new AtHand(core, shelf)
  const intake = new Intake(core, { shelf, atHand, story: new BundleStory(stored, core) })
  return { offers: { bundles: intake }, sources: { atHand: () => atHand.images() } }
}
