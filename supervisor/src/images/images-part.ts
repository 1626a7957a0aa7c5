import { effectiveTarget, fitTarget, imageReference } from '@flotilla/reconcile'
import { Wake } from '../loops/wake.js'
import type { Core, MakePart, Part } from '../part.js'
import type { Clock } from '../ports.js'
import type { Status } from '../status-board.js'
import { EnginePull } from './engine-pull.js'
import { DocumentReader, type ManifestSource } from './image-documents.js'
import { ImageStore } from './image-store.js'
import { Ledger } from './ledger.js'
import type { LocalRegistry } from './local-registry.js'
import type { BlobStore } from './ports.js'
import { pullerBy } from './pull-directly.js'
import type { WayFinder } from './ways.js'

// How often what was lent is looked through.
const LENT_CHECK_MS = 600_000

/** What the image store needs of the world. */
export interface ImageWorld {
  blobs: BlobStore
  manifests: ManifestSource
  registry: LocalRegistry
  finders: readonly WayFinder[]
  // What they add to the device beside that.
  parts?: readonly Pick<Part, 'sources' | 'loops'>[]
  // The board's own.
  clock: Clock
  /** Whether blobs stay for neighbours for a while. Absent: they do not. */
  lends?: () => boolean
  /** What has come by then is safe when it resolves. */
  close(): Promise<void>
}

/** Images come through a store on this device, piece by piece and each only once. */
export function imagesPart(makeWorld: (core: Core) => ImageWorld | Promise<ImageWorld>): MakePart {
  return async (core) => {
    const { engine, cloud, host, store, log } = core
    const world = await makeWorld(core)
    const { blobs, manifests, registry, finders, clock } = world
    const ledger = new Ledger(store.images, blobs, log, world.lends)
    await ledger.load()
    const images = new ImageStore({
      ...{ engine, blobs, ledger, finders, clock, log },
      documents: new DocumentReader(blobs, manifests, host.board().platform),
      pulls: new EnginePull(engine, registry, blobs),
      pullDirectly: pullerBy(engine, cloud),
    })
    const added = world.parts ?? []
    return {
      pullImage: (step, context) => images.pull(step, context),
      offers: { bytesUnderWay: () => ledger.bytesUnderWay() },
      sources: Object.assign({}, ...added.map(({ sources }) => sources)) as Part['sources'],
      loops: [tidying(core, images, world), ...added.flatMap(({ loops }) => loops ?? [])],
    }
  }
}

/** Clears away whenever other images are wanted, or there. */
function tidying({ board, clock, log }: Core, images: ImageStore, world: ImageWorld) {
  return async (end: AbortSignal) => {
    const wake = new Wake()
    let tidied = ''
    let tidiedAt = 0
    const forget = board.changed.add(() => {
      if (seenOf(board.status) !== tidied) wake.notify()
    })
    while (!end.aborted) {
      const { status } = board
      const seen = seenOf(status)
      if (status && seen !== tidied) {
        const wanted = new Set(missingImages(status))
        await images.tidy(wanted).catch((error: unknown) => log.warn('images not tidied', { error }))
        tidiedAt = clock.monotonic()
      }
      tidied = seen
      await wake.wait(clock, world.lends?.() ? LENT_CHECK_MS : Number.MAX_SAFE_INTEGER, end)
      if (world.lends?.() && clock.monotonic() - tidiedAt > LENT_CHECK_MS) tidied = ''
    }
    forget()
    await world.close()
  }
}

/** What there is to tidy depends on it. */
function seenOf(status: Status | undefined): string {
  return status ? [...missingImages(status), '', ...status.current.images].join() : ''
}

/** Of the target, and of what is gone back to, as far as the engine does not have them. */
function missingImages({ target, current }: Status): string[] {
  const fitting = fitTarget(target, current.contract)
  const apps = [fitting, effectiveTarget(fitting, current.memory)].flatMap((it) => it.apps)
  const services = apps.flatMap((app) => Object.values(app.services))
  const images = new Set(services.map(({ image }) => imageReference(image)))
  return [...images].filter((image) => !current.images.includes(image)).sort()
}
