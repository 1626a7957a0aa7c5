import { BLOCK } from './tar-header.js'
import { extensionBytes, isHeader, LARGEST_GROUP, readGroup, type TarEntry } from './tar-group.js'

/** An entry of a tar, with its header blocks, which are good until the walker goes on. */
export interface WalkedEntry extends TarEntry {
  group: Buffer
}

/** Gets the pieces of a tar in their order. */
export interface TarSink {
  entry(entry: WalkedEntry): void
  content(bytes: Buffer): void
  padding(bytes: Buffer): void
  /** From here to the end it is no tar that the walker knows: the end blocks, or anything else. */
  rest(bytes: Buffer): void
}

/**
 * Takes a tar apart while it flows by. The same bytes give the same pieces on server and board, however they are cut;
 * what it does not know (sparse files, damage) ends the walk, for good: nothing depends on its understanding all tars.
 */
export class TarWalker {
  private readonly group = Buffer.alloc(LARGEST_GROUP)
  private groupLength = 0
  private wanted = BLOCK
  private state: 'header' | 'content' | 'padding' | 'rest' = 'header'
  private left = 0
  private paddingLeft = 0
  private inExtension = false

  constructor(private readonly sink: TarSink) {}

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at += this.take(chunk.subarray(at))
  }

  /** The blocks of a header that the tar ended in. */
  end(): void {
    if (this.state === 'header' && this.groupLength > 0) this.giveUp()
  }

  private take(bytes: Buffer): number {
    if (this.state === 'header') return this.takeHeader(bytes)
    if (this.state === 'rest') {
      this.sink.rest(bytes)
      return bytes.length
    }
    const count = Math.min(this.left, bytes.length)
    const piece = bytes.subarray(0, count)
    if (this.state === 'content') this.sink.content(piece)
    else this.sink.padding(piece)
    this.left -= count
    if (this.left === 0) this.afterContent()
    return count
  }

  private afterContent(): void {
    if (this.state === 'content' && this.paddingLeft > 0) {
      this.state = 'padding'
      this.left = this.paddingLeft
    } else this.state = 'header'
  }

  private takeHeader(bytes: Buffer): number {
    const count = Math.min(this.wanted - this.groupLength, bytes.length)
    bytes.copy(this.group, this.groupLength, 0, count)
    this.groupLength += count
    if (this.groupLength === this.wanted) this.groupPiece()
    return count
  }

  private groupPiece(): void {
    if (this.inExtension) {
      this.inExtension = false
      this.wanted += BLOCK
      return
    }
    const header = this.group.subarray(this.groupLength - BLOCK, this.groupLength)
    if (!isHeader(header)) return this.giveUp()
    const extension = extensionBytes(header)
    if (extension === undefined) return this.wholeGroup()
    if (this.wanted + extension + BLOCK > LARGEST_GROUP) return this.giveUp()
    this.wanted += extension
    if (extension > 0) this.inExtension = true
    else this.wanted += BLOCK
  }

  private wholeGroup(): void {
    const group = this.group.subarray(0, this.groupLength)
    const entry = readGroup(group)
    if (!entry) return this.giveUp()
    this.sink.entry({ ...entry, group })
    this.groupLength = 0
    this.wanted = BLOCK
    this.left = entry.sizeBytes
    this.paddingLeft = paddingAfter(entry.sizeBytes)
    if (entry.sizeBytes > 0) this.state = 'content'
  }

  private giveUp(): void {
    this.state = 'rest'
    this.sink.rest(this.group.subarray(0, this.groupLength))
    this.groupLength = 0
  }
}

/** From the end of a content to the next block. */
export function paddingAfter(sizeBytes: number): number {
  return (BLOCK - (sizeBytes % BLOCK)) % BLOCK
}
