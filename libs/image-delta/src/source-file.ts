/** The content of one regular file, read at random. */
export interface SourceFile {
  sizeBytes: number
  /** Fills `into` from `position` on as far as the file goes; gives how many bytes. */
  read(into: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
}
