import type { ImageFiles, SourceFile } from '../ports.js'

/*
 * What deltas need of the board.
 */

/** Skeletons on disk, by the diffId of their layer; see libs/image-delta. */
export interface SkeletonShelf {
  list(): string[]
  has(diffId: string): boolean
  /** Whether it is what was kept; false where it cannot be read. */
  isIntact(diffId: string): Promise<boolean>
  /** Rejects where there is none, or none that can be read. */
  open(diffId: string): Promise<SourceFile>
  begin(diffId: string): Promise<SkeletonDraft>
  remove(diffId: string): Promise<void>
}

/** A skeleton that comes to be while the tar of its layer flows by. */
export interface SkeletonDraft {
  /** One call at a time. */
  write(tar: Buffer): Promise<void>
  /** The tar was whole and right: the skeleton is durable when this resolves. */
  keep(): Promise<void>
  /** Leaves nothing behind, unless it is kept. */
  drop(): Promise<void>
}

/** Gives the files of images that are in the engine. */
export interface ImageOpener {
  /** `image`: an id of the engine's. */
  open(image: string): Promise<ImageFiles>
  /** Removes what a crash left in the engine, and nothing that has been opened since. */
  clear(): Promise<void>
}
