import type { LogLine } from '@flotilla/contracts'
import type { Stamp, TimeSource } from '../ports.js'
import type { SpooledLine } from '../stored.js'

/** When a log line was written: truly where that is known, and else what the board said, to be corrected later. */
export function lineTime(clock: TimeSource, at: string): { at: string; stamp?: Stamp } {
  const boardMs = Date.parse(at)
  if (!clock.isKnown()) return { at, stamp: clock.stamp(boardMs) }
  const trueMs = clock.correct(boardMs)
  // As it is where it is right: the engine counts nanoseconds.
  return { at: trueMs === boardMs ? at : new Date(trueMs).toISOString() }
}

/** Where the time of its boot was never known, a line keeps what the board said. */
export function dateLine({ stamp, ...line }: SpooledLine, whenWas: TimeSource['whenWas']): LogLine {
  const time = stamp && whenWas(stamp)
  return time === undefined ? line : { ...line, at: new Date(time).toISOString() }
}
