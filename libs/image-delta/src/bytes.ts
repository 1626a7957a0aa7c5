import { DeltaError } from './delta-error.js'

const LARGEST_VARINT_BYTES = 8

/** Bytes that grow at their end. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(256)
  length = 0

  byte(value: number): void {
    this.reserve(1)
    this.buffer[this.length++] = value
  }

  /** Seven bits a byte, the lowest first. Whole numbers from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(LARGEST_VARINT_BYTES)
    let rest = value
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.length++] = rest
  }

  /** Numbers near zero are short, whatever their sign. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
  }

  /** A view that the next write may change. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes))
    larger.set(this.view())
    this.buffer = larger
  }
}

/** Reads what ByteWriter wrote, from bytes that nobody vouches for. */
export class ByteReader {
  private position = 0
  private bytesRead: Uint8Array = new Uint8Array(0)

  constructor(bytes?: Uint8Array) {
    if (bytes) this.bytesRead = bytes
  }

  reset(bytes: Uint8Array): void {
    this.bytesRead = bytes
    this.position = 0
  }

  byte(): number {
    const value = this.bytesRead[this.position++]
    if (value === undefined) throw new DeltaError('A number is cut off.')
    return value
  }

  varint(): number {
    const first = this.byte()
    return first < 128 ? first : this.longVarint(first & 0x7f)
  }

  // Most numbers have one byte, and boards read millions of them.
  private longVarint(first: number): number {
    let value = first
    let factor = 128
    for (let count = 1; count < LARGEST_VARINT_BYTES; count += 1) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      factor *= 128
    }
    throw new DeltaError('A number is too large.')
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A view of the next bytes. */
  bytes(count: number): Uint8Array {
    if (count > this.bytesRead.length - this.position) throw new DeltaError('A piece of a delta is cut off.')
    this.position += count
    return this.bytesRead.subarray(this.position - count, this.position)
  }
}
