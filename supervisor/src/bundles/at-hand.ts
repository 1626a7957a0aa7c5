import type { TargetImage } from '@flotilla/contracts'
import { imageReference } from '@flotilla/reconcile'
import { digestOf } from '../images/deltas/delta-paths.js'
import { presentLayers } from '../images/find-way.js'
import { readConfig, readManifest, type Descriptor } from '../images/manifest.js'
import type { EngineImage } from '../images/ports.js'
import type { Core } from '../part.js'
import type { BundleShelf } from './bundle-shelf.js'

// Beyond it no registry has one.
const LONGEST_DOCUMENT_BYTES = 8 * 1024 * 1024

interface Layers {
  // From the base up, both.
  blobs: Descriptor[]
  diffIds: string[]
}

type OfCore = Pick<Core, 'targets' | 'board' | 'engine' | 'host' | 'log'>

/** Which images of the target need nothing from far away, given what bundles hold and what is in the engine. */
export class AtHand {
  /** Services of the target that bundles do not suffice for, by the last look. */
  lacking: string[] = []
  // By digest of the manifest; null: a bundle has no such image.
  private readonly known = new Map<string, Layers | null>()

  constructor(
    private readonly core: OfCore,
    private readonly shelf: BundleShelf,
  ) {}

  /** repository@digest. Undefined: there are no bundles, or nothing is missing. */
  async images(): Promise<string[] | undefined> {
    const { targets, board, engine } = this.core
    const present = new Set(board.status?.current.images)
    const all = (targets.target?.apps ?? []).flatMap((app) => Object.entries(app.services))
    const missing = all.filter(([, { image }]) => !present.has(imageReference(image)))
    this.lacking = []
    if (this.shelf.isEmpty) this.known.clear()
    if (this.shelf.isEmpty || missing.length === 0) return undefined
    const inEngine = await engine.images()
    const found: string[] = []
    for (const [service, { image }] of missing) {
      if (await this.suffices(image, inEngine)) found.push(imageReference(image))
      else this.lacking.push(service)
    }
    return found
  }

  private async suffices({ digest }: TargetImage, inEngine: readonly EngineImage[]): Promise<boolean> {
    const { shelf } = this
    if (shelf.hasImage(digest)) return true
    const names = new Set(inEngine.flatMap((it) => it.names.map(digestOf)))
    if (shelf.deltas().some(({ from, to }) => to === digest && names.has(from))) return true
    // A bundle for boards that run a certain release has no layers that those have.
    const layers = await this.layersOf(digest)
    if (!layers) return false
    return layers.blobs.slice(presentLayers(layers.diffIds, inEngine)).every((blob) => shelf.has(blob.digest))
  }

  private async layersOf(digest: string): Promise<Layers | null> {
    const known = this.known.get(digest)
    if (known !== undefined) return known
    const layers = await this.readLayers(digest).catch((error: unknown) => {
      this.core.log.warn('image of a bundle not understood', { digest, error })
      return null
    })
    this.known.set(digest, layers)
    return layers
  }

  private async readLayers(digest: string): Promise<Layers | null> {
    const { signal } = new AbortController()
    const document = (of: string) => this.shelf.document(of, LONGEST_DOCUMENT_BYTES, signal)
    const bytes = await document(digest)
    const manifest = bytes && readManifest(bytes, this.core.host.board().platform)
    if (!manifest || 'elsewhere' in manifest) return null
    const config = await document(manifest.config.digest)
    return config ? { blobs: manifest.layers, diffIds: readConfig(config) } : null
  }
}
