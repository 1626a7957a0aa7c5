import type { Blob, DownloadProgress, EngineImage } from './ports.js'

/*
 * The seam between the image store and whatever finds cheaper ways to an image than its layers as the registry has them.
 * The store asks each finder, takes the way that has least to fetch, and falls back to the plain layers where it fails.
 */

/** One layer of an image. */
export interface WantedLayer {
  // Of its tar: what it is, whatever way it comes.
  diffId: string
  // As the registry has it.
  blob: Blob
  mediaType: string
}

export interface WantedImage {
  // repository@digest, as the target has it.
  name: string
  // Of its config.
  configDigest: string
  // From the base up.
  layers: WantedLayer[]
  // How many of them, from the base up, the engine has. It needs all others anew, also where it has their like on
  // another base.
  presentLayers: number
  // All that are in the engine now.
  engineImages: EngineImage[]
}

/** How to get the layers that the engine lacks. */
export interface Way {
  kind: DownloadProgress['way']
  /** All that it fetches; what is on disk of it already costs nothing. Layers that it does not make are added to them. */
  blobs: Blob[]
  /** Layers (by diffId) that it makes on the device; all: those that the engine lacks. */
  makes: ReadonlySet<string> | 'all'
  /** An image (repository@digest) that must be in the engine first, and the way to it; it is removed afterwards. */
  via?: { image: string; way: Way }
  /** Called once its blobs are whole and `via` is in the engine, as which it is given. Absent: it makes none. */
  openMaker?: (via: EngineImage | undefined, signal: AbortSignal) => Promise<LayerMaker>
}

/** Makes layers from what the device has and a delta. Whoever reads checks the digest. One layer at a time is asked for. */
export interface LayerMaker {
  /** Bytes of the layer's tar; undefined: it cannot make that layer. */
  tarBytes(diffId: string): number | undefined
  /** The exact tar, in pieces of which each is good until the next is asked for; throws where it cannot. */
  make(diffId: string, signal: AbortSignal): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** What finds ways, and keeps what it will need for those of later images. */
export interface WayFinder {
  /** None: there are none, or nobody could be asked. Rejects with Postponed where the plan should wait instead. */
  find(wanted: WantedImage, signal: AbortSignal): Promise<Way[]>
  /** The engine has got this layer from the registry's blob, which is whole in the blob store until this resolves. */
  layerArrived(layer: WantedLayer, signal: AbortSignal): Promise<void>
  /** These are all the images in the engine: what was kept for others may go. */
  tidy(images: readonly EngineImage[]): Promise<void>
}
