import type { SourceFile } from './source-file.js'

/** The image that a delta is applied to. */
export interface DeltaSource {
  /**
   * A regular file as a container of the image would see it. Path as in a tar, without a slash in front. Rejects where
   * there is none.
   */
  openFile(path: string): Promise<SourceFile>
  /** What SkeletonWriter wrote of the layer of that diffId. */
  openSkeleton(diffId: string): Promise<SourceFile>
}
