/** Git's framing: four hex digits with the length, themselves included, then the text; `0000` ends a section. */

const FLUSH = '0000'
// Where git stops, too.
const MAX_LENGTH = 65_520

export function encodeSection(lines: readonly string[]): string {
  return lines.map(encodePacket).join('') + FLUSH
}

export function encodePacket(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text
}

/** Reads sections, one after the other. Throws where the input ends within one or is not framed. */
export class SectionReader {
  private rest = Buffer.alloc(0)
  private readonly chunks: AsyncIterator<Buffer>

  constructor(input: AsyncIterable<Buffer>) {
    this.chunks = input[Symbol.asyncIterator]()
  }

  async section(): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      const length = Number.parseInt((await this.take(4)).toString('latin1'), 16)
      if (length === 0) return lines
      if (!(length >= 4 && length <= MAX_LENGTH)) throw new Error('Git said something that is no pkt-line')
      lines.push((await this.take(length - 4)).toString())
    }
  }

  private async take(length: number): Promise<Buffer> {
    while (this.rest.length < length) {
      const next = await this.chunks.next()
      if (next.done) throw new Error('Git stopped in the middle of a pkt-line')
      this.rest = Buffer.concat([this.rest, next.value])
    }
    const taken = this.rest.subarray(0, length)
    this.rest = this.rest.subarray(length)
    return taken
  }
}
