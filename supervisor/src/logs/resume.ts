import type { LogCursor } from '../stored.js'

/** Where to begin reading a container's log, and how many lines of that very moment are known already. */
export interface ResumePoint {
  since?: string
  known: number
}

/**
 * `run` is the start of the container (CurrentContainer.startedAt) whose output is read now. A board without a battery
 * may start in its own past: what a new run writes then is older than the cursor, and would be taken for read.
 */
export function resumePoint(cursor: LogCursor | undefined, run: number): ResumePoint {
  if (!cursor) return { known: 0 }
  if (cursor.run !== undefined && cursor.run !== run && run <= Date.parse(cursor.at)) {
    return { since: new Date(run).toISOString(), known: 0 }
  }
  return { since: cursor.at, known: cursor.lines }
}

/** The cursor after one more line at this time. */
export function moveCursor(cursor: LogCursor | undefined, at: string, run: number): LogCursor {
  return { at, run, lines: cursor?.at === at && cursor.run === run ? cursor.lines + 1 : 1 }
}
