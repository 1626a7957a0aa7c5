import { BLOCK, hasGoodChecksum, padding, parsePax, type PaxRecords, readNumber, type TarEntry } from './tar-entry.js'

/** What is done with a tar while it flows by, in the order of its entries. */
export interface TarVisitor {
  entry(entry: TarEntry): void
  content(chunk: Buffer): void
  /** After the last content of an entry, also where it has none. */
  close(entry: TarEntry): void
}

// Extended headers hold names and attributes; what is larger is no layer of an image.
const MAX_META_BYTES = 4 * 1024 ** 2
// Links, devices, folders and pipes have no content, whatever size they name.
const HEADER_ONLY = '123456'
const ZEROS = Buffer.alloc(BLOCK)

type Awaited = 'header' | 'pax' | 'global-pax' | 'long-name' | 'sparse-map'

/**
 * Reads a tar in pieces of any size, with the memory of one header. Synchronous, since a layer may have more entries
 * than an event loop has patience.
 */
export class TarScanner {
  private awaited: Awaited = 'header'
  // Bytes of what is awaited, and those gathered so far.
  private wanted = BLOCK
  private gathered: Buffer[] = []
  private gatheredBytes = 0
  private entry: TarEntry | undefined
  private contentLeft = 0
  private paddingLeft = 0
  private isOver = false
  // Of the entry that is being read.
  private pax: PaxRecords = new Map()
  private before: Buffer[] = []
  private after: Buffer[] = []
  private header: Buffer = Buffer.alloc(BLOCK)

  constructor(private readonly visitor: TarVisitor) {}

  write(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.isOver;) at += this.take(at === 0 ? chunk : chunk.subarray(at))
  }

  /** Throws where the tar was cut off. */
  end(): void {
    const isBetween = this.awaited === 'header' && this.gatheredBytes === 0 && !this.entry && this.before.length === 0
    if (!this.isOver && !isBetween) throw new Error('A layer of the engine ends in the middle of a file')
  }

  private take(chunk: Buffer): number {
    if (this.entry && this.contentLeft > 0) return this.takeContent(this.entry, chunk)
    if (this.paddingLeft > 0) {
      const skipped = Math.min(chunk.length, this.paddingLeft)
      this.paddingLeft -= skipped
      return skipped
    }
    const part = chunk.subarray(0, this.wanted - this.gatheredBytes)
    this.gathered.push(part)
    this.gatheredBytes += part.length
    if (this.gatheredBytes === this.wanted) this.takeBlocks()
    return part.length
  }

  private takeContent(entry: TarEntry, chunk: Buffer): number {
    const content = chunk.subarray(0, this.contentLeft)
    this.contentLeft -= content.length
    this.visitor.content(content)
    if (this.contentLeft === 0) this.closeEntry(entry)
    return content.length
  }

  private takeBlocks(): void {
    // A copy: pieces of a stream may be used again for others.
    const blocks = Buffer.concat(this.gathered)
    const what = this.awaited
    this.await('header', BLOCK)
    switch (what) {
      case 'header':
        return this.takeHeader(blocks)
      case 'pax':
        this.pax = parsePax(blocks.subarray(0, this.size(this.header)))
        return
      // No engine reads those.
      case 'global-pax':
        return
      case 'long-name':
        this.before.push(this.header, blocks)
        return
      case 'sparse-map':
        this.after.push(blocks)
        return blocks[504] ? this.await('sparse-map', BLOCK) : this.openEntry()
    }
  }

  private takeHeader(header: Buffer): void {
    if (header.equals(ZEROS)) return void (this.isOver = true)
    if (!hasGoodChecksum(header)) throw new Error('A layer of the engine has a header with a wrong checksum')
    this.header = header
    switch (typeOf(header)) {
      case 'x':
        return this.awaitMeta('pax')
      case 'g':
        return this.awaitMeta('global-pax')
      case 'L':
      case 'K':
        return this.awaitMeta('long-name')
      case 'S':
        return header[482] ? this.await('sparse-map', BLOCK) : this.openEntry()
      default:
        return this.openEntry()
    }
  }

  private openEntry(): void {
    const { header, pax, before, after } = this
    const contentBytes = HEADER_ONLY.includes(typeOf(header)) ? 0 : this.size(header)
    const entry = { header, pax, before, after, contentBytes }
    this.pax = new Map()
    this.before = []
    this.after = []
    this.visitor.entry(entry)
    this.contentLeft = contentBytes
    if (contentBytes === 0) return this.visitor.close(entry)
    this.entry = entry
  }

  private closeEntry(entry: TarEntry): void {
    this.entry = undefined
    this.paddingLeft = padding(entry.contentBytes).length
    this.visitor.close(entry)
  }

  private awaitMeta(what: Awaited): void {
    const bytes = readNumber(this.header.subarray(124, 136))
    if (!(bytes >= 0 && bytes <= MAX_META_BYTES)) throw new Error('A layer has an extended header that is too large')
    this.await(what, bytes + padding(bytes).length)
    if (this.wanted === 0) this.takeBlocks()
  }

  private await(what: Awaited, bytes: number): void {
    this.awaited = what
    this.wanted = bytes
    this.gathered = []
    this.gatheredBytes = 0
  }

  /** As the header names it, unless an extended one does for an entry. */
  private size(header: Buffer): number {
    const precise = typeOf(header) === 'x' ? undefined : this.pax.get('size')
    const size = precise ? Number(precise.toString('latin1')) : readNumber(header.subarray(124, 136))
    if (!Number.isSafeInteger(size) || size < 0) throw new Error('A layer of the engine names a size that cannot be')
    return size
  }
}

function typeOf(header: Buffer): string {
  return String.fromCharCode(header[156] ?? 0)
}
