import { imageReference } from '@flotilla/reconcile'
import { DurableValue } from '../durable-value.js'
import { digestOf } from '../images/deltas/delta-paths.js'
import type { Core, Part } from '../part.js'
import type { BundleShelf } from './bundle-shelf.js'
import { BundleStory } from './bundle-story.js'
import { Intake } from './intake.js'
import { NO_BUNDLES } from './stored-bundles.js'

/** Bundles are taken in by whoever finds them, through `offers.bundles`; the image store has their blobs from the shelf. */
export async function bundlesPart(core: Core, shelf: BundleShelf): Promise<Part> {
  const stored = new DurableValue(core.store.bundles, NO_BUNDLES)
  await stored.load()
  const intake = new Intake(core, { shelf, story: new BundleStory(stored, core) })
  return { offers: { bundles: intake }, sources: { atHand: () => imagesAtHand(core, shelf) } }
}

/** Of the target, those that need nothing from far away. */
function imagesAtHand({ targets, board }: Pick<Core, 'targets' | 'board'>, shelf: BundleShelf): string[] | undefined {
  const services = (targets.target?.apps ?? []).flatMap((app) => Object.values(app.services))
  const present = new Set(board.status?.current.images.map(digestOf))
  const reached = new Set(shelf.deltas().flatMap(({ from, to }) => (present.has(from) ? [to] : [])))
  const all = services.filter(({ image: { digest } }) => shelf.hasImage(digest) || reached.has(digest))
  return all.length === 0 ? undefined : all.map(({ image }) => imageReference(image))
}
