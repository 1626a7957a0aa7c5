import type { Readable } from 'node:stream'

/** Some bytes of an object: from `first` to `last`, both included. */
export interface ByteRange {
  first: number
  last: number
}

/** Large things by name, which grow at their end until they are whole. What they hold is not known here. */
export abstract class ObjectStorage {
  /** Undefined: there is no such object. */
  abstract size(name: string): Promise<number | undefined>
  /**
   * Writes what comes from `offset` (at most the object's size) on. Whatever arrived before the source failed is kept,
   * and all of it is on the disk when this ends, either way.
   */
  abstract write(name: string, offset: number, source: AsyncIterable<Buffer>): Promise<void>
  /** Throws where there is no such object. */
  abstract read(name: string, range?: ByteRange): Readable
  abstract remove(name: string): Promise<void>
  /** Names of those that nobody has written to since. */
  abstract unchangedSince(moment: Date): Promise<string[]>
}
