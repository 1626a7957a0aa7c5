import type { BundleUpload } from '@flotilla/contracts'
import type { BlobFile } from '../images/blobs/blob-disk.js'
import type { ByteRange } from '../images/ports.js'
import { Listeners } from '../listeners.js'
import type { BundleFile, BundleOutcome } from './ports.js'
import type { StoredUpload } from './stored-uploads.js'

// As of files on sticks.
const PIECE_BYTES = 32 * 1024

/** A bundle that is being sent to this board, or was. Who reads on from where it is so far waits for the rest. */
export class Upload implements BundleFile {
  /** Set as soon as enough of it has come. */
  refusal?: Extract<BundleOutcome, { accepted: false }>
  /** Why the rest will never come. */
  private end?: Error
  private readonly grown = new Listeners()
  private received: number
  private isOpen = true

  constructor(
    readonly stored: StoredUpload,
    private readonly file: BlobFile,
  ) {
    this.received = stored.keptBytes
  }

  get name(): string {
    return this.stored.name
  }

  get sizeBytes(): number {
    return this.stored.sizeBytes
  }

  get receivedBytes(): number {
    return this.received
  }

  get isWhole(): boolean {
    return this.received === this.sizeBytes
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes, this.received)
    this.received += bytes.length
    this.grown.notify()
  }

  /** What has come by now is durable when it resolves; gives how much that is. */
  async sync(): Promise<number> {
    const { received } = this
    await this.file.sync()
    return received
  }

  async *read({ first, last }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (last >= this.sizeBytes) throw new Error(`${this.name} has ${this.sizeBytes} bytes, and no byte ${last}`)
    for (let at = first; at <= last;) {
      await this.until(at + 1, signal)
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, this.received - at, last + 1 - at))
      const bytes = await this.file.read(piece, at)
      if (bytes === 0) throw new Error(`${this.name} is shorter than it was`)
      yield piece.subarray(0, bytes)
      at += bytes
    }
  }

  /** Nothing more comes: whoever waits for it is told. */
  async close(): Promise<void> {
    this.end ??= new Error(`${this.name} has gone`)
    this.grown.notify()
    if (!this.isOpen) return
    this.isOpen = false
    await this.file.close()
  }

  view(isReceiving: boolean): BundleUpload {
    const { id, name, sizeBytes } = this.stored
    return { id, name, sizeBytes, receivedBytes: this.received, isReceiving }
  }

  private async until(bytes: number, signal: AbortSignal): Promise<void> {
    while (!this.end && this.received < bytes) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        const wake = () => {
          forget()
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const forget = this.grown.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
    signal.throwIfAborted()
    if (this.end) throw this.end
  }
}
