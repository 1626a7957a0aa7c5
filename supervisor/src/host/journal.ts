/** The log that the board's own system keeps. */
export interface Journal {
  /** False: this system keeps none that can be read. */
  isThere(): boolean
  /**
   * What journalctl prints for these arguments, with what it complains of at the end. Goes on until that ends or the
   * signal aborts; then journalctl is ended too.
   */
  read(args: readonly string[], signal: AbortSignal): AsyncIterable<Uint8Array>
}
