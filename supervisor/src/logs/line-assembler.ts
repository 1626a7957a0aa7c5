import { MAX_LOG_LINE_BYTES } from '@flotilla/contracts'
import type { LogFrame } from '../ports.js'

export interface AssembledLine {
  // The engine's time of its first frame.
  at: string
  stream: LogFrame['stream']
  text: string
  truncated: boolean
}

interface OpenLine {
  at: string
  parts: Buffer[]
  bytes: number
  truncated: boolean
}

/** Puts lines together from their frames. Of an endless line no more than its allowed beginning is ever held. */
export class LineAssembler {
  private readonly open: Partial<Record<LogFrame['stream'], OpenLine>> = {}

  /** The line that this frame ends, if it ends one. */
  add(frame: LogFrame): AssembledLine | undefined {
    const line = (this.open[frame.stream] ??= { at: frame.at, parts: [], bytes: 0, truncated: false })
    const kept = frame.content.subarray(0, MAX_LOG_LINE_BYTES - line.bytes)
    if (kept.length > 0) line.parts.push(kept)
    line.bytes += kept.length
    line.truncated ||= kept.length < frame.content.length
    if (!frame.endsLine) return undefined
    delete this.open[frame.stream]
    return assembled(frame.stream, line)
  }

  /** What was begun and never ended: the container is gone. */
  rest(): AssembledLine[] {
    return (['stdout', 'stderr'] as const).flatMap((stream) => {
      const line = this.open[stream]
      return line ? [assembled(stream, line)] : []
    })
  }
}

function assembled(stream: LogFrame['stream'], { at, parts, truncated }: OpenLine): AssembledLine {
  const bytes = Buffer.concat(parts)
  const text = (truncated ? withoutHalfCharacter(bytes) : bytes).toString('utf8').replace(/\r$/, '')
  // Databases take no NUL in a text.
  return { at, stream, text: text.replaceAll('\0', '\uFFFD'), truncated }
}

/** A cut in the middle of a UTF-8 character leaves bytes that are none. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    // 10xxxxxx goes on; anything else begins a character of this many bytes.
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.subarray(0, -back) : bytes
  }
  return bytes
}
