/*
 * The engine's log stream, taken apart: whose output each message is, when it was written, and whether it ends a line.
 * Memory is bounded whatever the container writes.
 */
import type { LogFrame } from '../../ports.js'

// The engine itself cuts lines into messages of 16 KiB; this is for engines and log drivers that do not.
const MAX_MESSAGE_BYTES = 64 * 1024
const HEADER_BYTES = 8
const NEWLINE = 0x0a
const SPACE = 0x20

/** The stream of a container without a terminal: messages with an 8-byte header each (stream, size). */
export async function* multiplexedFrames(source: AsyncIterable<Buffer>): AsyncGenerator<LogFrame> {
  let pending: Buffer = Buffer.alloc(0)
  let skip = 0
  for await (const chunk of source) {
    const skipped = Math.min(skip, chunk.length)
    skip -= skipped
    pending = Buffer.concat([pending, chunk.subarray(skipped)])
    while (pending.length >= HEADER_BYTES) {
      const size = pending.readUInt32BE(4)
      const kept = Math.min(size, MAX_MESSAGE_BYTES)
      if (pending.length < HEADER_BYTES + kept) break
      const message = pending.subarray(HEADER_BYTES, HEADER_BYTES + kept)
      yield* frame(pending[0] === 2 ? 'stderr' : 'stdout', message, size > kept)
      const behind = pending.subarray(HEADER_BYTES + kept)
      const cut = Math.min(size - kept, behind.length)
      skip = size - kept - cut
      pending = behind.subarray(cut)
    }
  }
}

/** The stream of a container with a terminal: plain text, all of it stdout. */
export async function* terminalFrames(source: AsyncIterable<Buffer>): AsyncGenerator<LogFrame> {
  let line: Buffer = Buffer.alloc(0)
  for await (const chunk of source) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield* frame('stdout', appendBounded(line, chunk.subarray(start, end + 1)), true)
      line = Buffer.alloc(0)
      start = end + 1
    }
    line = appendBounded(line, chunk.subarray(start))
  }
  yield* frame('stdout', line, true)
}

function appendBounded(line: Buffer, more: Buffer): Buffer {
  const room = MAX_MESSAGE_BYTES - line.length
  return room > 0 ? Buffer.concat([line, more.subarray(0, room)]) : line
}

/** A message is its time, a space and what was written; one that is not so is no log message. */
function* frame(stream: LogFrame['stream'], message: Buffer, isCut: boolean): Generator<LogFrame> {
  const space = message.indexOf(SPACE)
  const at = message.subarray(0, Math.max(0, space)).toString('latin1')
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at)) return
  const content = message.subarray(space + 1)
  const endsLine = content.at(-1) === NEWLINE
  // Copied: a view would keep the whole chunk in memory for as long as the line lasts.
  yield { at, stream, content: Buffer.from(endsLine ? content.subarray(0, -1) : content), endsLine: endsLine || isCut }
}

/** A frame's time as the engine's `since` parameter wants it: seconds and nanoseconds. */
export function sinceParameter(at: string): string {
  const [, fraction = '0'] = /\.(\d+)/.exec(at) ?? []
  return `${Math.floor(Date.parse(at) / 1000)}.${fraction.padEnd(9, '0')}`
}
