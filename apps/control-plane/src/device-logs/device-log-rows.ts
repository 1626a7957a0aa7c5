import { type DeviceLogLineView, type LogBatch, type LogLine, MAX_LOG_LINE_BYTES } from '@flotilla/contracts'
import { storableText } from '../database/storable-json.js'
import { Problem } from '../http/problem.js'

/** A line as it is stored. `number` is the board's; lines of the server's own are negative. */
export interface LogRow {
  number: number
  at: Date
  service: string | null
  stream: LogLine['stream']
  text: string
  truncated: boolean
}

const LONGEST_SERVICE = 255

/** Throws 422 for a line that the board should have cut. */
export function rowsOf({ lines }: LogBatch): LogRow[] {
  for (const { number, text } of lines) {
    if (Buffer.byteLength(text) <= MAX_LOG_LINE_BYTES) continue
    const sentence = `Line ${number} is longer than ${MAX_LOG_LINE_BYTES} bytes; cut it there and mark it as truncated.`
    throw new Problem('log-line-too-long', 422, sentence)
  }
  return lines.map(({ number, at, service, stream, text, truncated = false }) => ({
    number,
    at: new Date(at),
    service: service === undefined ? null : storableText(service).slice(0, LONGEST_SERVICE),
    stream,
    text: storableText(text),
    truncated,
  }))
}

/**
 * Says between the lines that some are missing. Its number is made from what comes next, so that a batch that is sent
 * twice says it once.
 */
export function droppedRow(dropped: number, rows: LogRow[], stored: number): LogRow {
  const first = rows[0]
  return {
    number: -(first?.number ?? stored + 1),
    at: first?.at ?? new Date(),
    service: null,
    stream: 'system',
    text: `${dropped} line${dropped === 1 ? ' was' : 's were'} dropped here: the device had no more space for them.`,
    truncated: false,
  }
}

export function presentLine({ id, at, service, stream, text, truncated }: LogRow & { id: string }): DeviceLogLineView {
  return {
    id,
    at: at.toISOString(),
    ...(service !== null && { service }),
    stream,
    text,
    ...(truncated && { truncated }),
  }
}
