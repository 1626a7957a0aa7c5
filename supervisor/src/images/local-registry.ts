import type { ByteRange } from './ports.js'

/*
 * A registry on this machine that the engine pulls from, and nobody else: it has what one pull needs, for as long as
 * that takes.
 */

/** A manifest, byte for byte as its digest is of. */
export interface ManifestDocument {
  digest: string
  mediaType: string
  bytes: Buffer
}

export interface ServedImage {
  manifest: ManifestDocument
  /** A blob that the manifest names; undefined: of another image. Rejects where it cannot be had. */
  open: (digest: string) => Promise<ServedBlob | undefined>
  /** What was opened could not be read to its end. */
  onFailure: (error: unknown) => void
}

export interface ServedBlob {
  sizeBytes: number
  /**
   * In pieces of which each is good until the next is asked for. Throws rather than give the last byte of something that
   * is not the blob.
   */
  read(range: ByteRange): AsyncIterable<Uint8Array>
}

export interface Serving {
  // What the engine is to pull.
  reference: string
  /** Whether somebody has asked for it: else the engine does not reach this registry. */
  readonly wasAsked: boolean
  end(): void
}

export interface LocalRegistry {
  serve(image: ServedImage): Promise<Serving>
}

/** As the repository in references to local registries begins: none of the fleet's is called so. */
export const LOCAL_REPOSITORY = 'flotilla-pull'

/** A name that a pull left behind which was cut. */
export function isLocalReference(name: string): boolean {
  return name.slice(name.indexOf('/') + 1).startsWith(`${LOCAL_REPOSITORY}/`)
}
