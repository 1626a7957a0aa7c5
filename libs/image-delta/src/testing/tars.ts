import { setChecksum, setOctalField } from '../tar-header.js'

/** An entry of a tar that a test makes. */
export interface TarPart {
  path: string
  type?: string
  content?: Buffer
  mtime?: number
  linkname?: string
  /** Stands before the header: extended headers, or whatever else. */
  before?: Buffer
  /** Instead of NULs behind the content. */
  padding?: number
}

export function tarOf(parts: TarPart[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...parts.flatMap(pieces), end])
}

function pieces(part: TarPart): Buffer[] {
  const content = part.content ?? Buffer.alloc(0)
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512, part.padding ?? 0)
  return [part.before ?? Buffer.alloc(0), header(part, content.length), content, padding]
}

/** A ustar header. */
export function header(part: TarPart, size: number): Buffer {
  const block = Buffer.alloc(512)
  block.write(part.path.slice(0, 100), 0)
  block.write('0000644\0' + '0000000\0' + '0000000\0', 100)
  setOctalField(block, { start: 124, end: 136 }, size)
  setOctalField(block, { start: 136, end: 148 }, part.mtime ?? 1_700_000_000)
  block.write(part.type ?? '0', 156)
  block.write(part.linkname ?? '', 157)
  block.write('ustar\0' + '00', 257)
  setChecksum(block)
  return block
}

/** An extended header: `x` with pax records, `L` with a long name. */
export function extended(type: 'x' | 'L', text: string): Buffer {
  const content = Buffer.from(type === 'L' ? `${text}\0` : text)
  return Buffer.concat(pieces({ path: type === 'L' ? '././@LongLink' : 'PaxHeaders/x', type, content }))
}

export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (String(length).length + Buffer.byteLength(rest) !== length)
    length = String(length).length + Buffer.byteLength(rest)
  return `${length}${rest}`
}
