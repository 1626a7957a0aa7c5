/**
 * Bytes that come in their order. What is there is taken without waiting, since a promise for every few bytes would be
 * most of what a board does.
 */
export interface ByteStream {
  /** Copies what is there to `into` from `start` on, at most up to `end`; gives how many bytes: at 0, load. */
  take(into: Buffer, start: number, end: number): number
  /** More is there, or it throws. */
  load(): Promise<void>
}

export async function readAll(stream: ByteStream, into: Buffer): Promise<void> {
  for (let done = 0; done < into.length;) {
    const count = stream.take(into, done, into.length)
    if (count === 0) await stream.load()
    done += count
  }
}
