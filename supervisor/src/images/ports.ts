import { findCause } from '../errors.js'

/*
 * What the parts of the image store need of each other and of the world. Digests are `sha256:<hex>` everywhere.
 */

/** A blob as the registry has it: a compressed layer, an image's config, or a delta. */
export interface Blob {
  digest: string
  sizeBytes: number
  // host[:port]/repository
  repository: string
}

/** Both included. */
export interface ByteRange {
  first: number
  last: number
}

export type SourceKind = 'registry' | 'neighbour' | 'bundle'

/** Somebody who has blobs. Nothing that it gives is believed before the blob's digest is right. */
export interface BlobSource {
  readonly kind: SourceKind
  /** none: not from here. soon: not yet, ask again in a moment. Answers quickly, and never rejects. */
  offer(blob: Blob, signal: AbortSignal): Promise<'ready' | 'soon' | 'none'>
  /**
   * The bytes of the range in order, exactly as many as asked for; rejects where it cannot, with what it gave until
   * then still being good.
   */
  read(blob: Blob, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/** Counts and paces what is downloaded over links that cost something. */
export interface TransferMeter {
  /** Resolves once so many more bytes may be asked for, at most as many as wanted; rejects with BudgetSpent at zero. */
  grant(wantedBytes: number, signal: AbortSignal): Promise<number>
  /** They have come: waits as the rate cap wants it. */
  spend(bytes: number, signal: AbortSignal): Promise<void>
  /** They were granted, and did not come. */
  giveBack?(bytes: number): void
}

/** Nothing more may be downloaded for now: no failure, the plan waits. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent'
}

/** Whether that is why it failed. */
export function isBudgetSpent(error: unknown): boolean {
  return findCause(error, BudgetSpent) !== undefined
}

/** What is on the device of a download, and by which way. */
export interface DownloadProgress {
  doneBytes: number
  neededBytes: number
  way: 'layers' | 'delta'
  neighbourBytes: number
  bundleBytes: number
}

/** Blobs on disk: whole ones, and those that are on their way. */
export interface BlobStore {
  /** Bytes of it that are safely on disk; all of them: it is whole and its digest was right. */
  bytesOf(digest: string): number
  isWhole(digest: string): boolean
  /** Whether it can be had for nothing: a bundle that is here has it. Absent: none has. */
  isFree?(blob: Blob): boolean
  /**
   * Resolves when it is whole, right and durable. What is on disk is not asked for again. Several calls for one blob
   * share one download, which ends when the last of their signals has aborted.
   */
  fetch(blob: Blob, options: FetchOptions): Promise<void>
  /** Of a whole one. */
  read(digest: string, range?: ByteRange): AsyncIterable<Uint8Array>
  /** Takes a blob from somewhere local, whole, in one go. */
  put(digest: string, content: AsyncIterable<Uint8Array>): Promise<void>
  /** Path of a whole one, for those who read it at random. */
  pathOf(digest: string): string
  remove(digest: string): Promise<void>
  /** Removes all others, whole or not, but those that somebody is waiting for. */
  keepOnly(digests: Iterable<string>): Promise<void>
  list(): { digest: string; bytes: number; isWhole: boolean; usedAt: number }[]
}

export interface FetchOptions {
  signal: AbortSignal
  /** More of it is on the device: the bytes on disk or in memory, and whence the last ones came. */
  onBytes?: (doneBytes: number, kind: SourceKind, addedBytes: number) => void
}

/** The content of one regular file, or of a stored skeleton, read at random. */
export interface SourceFile {
  sizeBytes: number
  /** Fills `into` from `position` on as far as the file goes; gives how many bytes. */
  read(into: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
}

/** The files of an image that is in the engine, as a container would see them. */
export interface ImageFiles {
  /** Path as in a tar, without a slash in front. Rejects where there is no such regular file. */
  openFile(path: string): Promise<SourceFile>
  close(): Promise<void>
}

/** An image that is in the engine, as the source of deltas. */
export interface SourceImage extends ImageFiles {
  /** What the tar of one of its layers holds beside the files' contents; see libs/image-delta. */
  openSkeleton(diffId: string): Promise<SourceFile>
}

/** One image in the engine. */
export interface EngineImage {
  // As the engine names it.
  id: string
  // The names that it has there: repository@digest of Flotilla's, whether by tag or by digest.
  names: string[]
  // From the base up.
  diffIds: string[]
}
