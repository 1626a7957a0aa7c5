/*
 * What a segment of the log spool holds, line by line.
 */
import { LogLineSchema } from '@flotilla/contracts'
import { z } from 'zod'
import { StampSchema } from '../../stored.js'

const StateSchema = z.object({
  // The highest number given, and the highest that the server has, both before `offset`.
  last: z.int().nonnegative(),
  stored: z.int().nonnegative(),
  // Added to every number that is sent: see acknowledge().
  offset: z.int().nonnegative(),
  // Lines given up since the server was last told.
  dropped: z.int().nonnegative(),
  cursors: z.record(z.string(), z.object({ at: z.string(), lines: z.int().positive(), run: z.number().optional() })),
})
export type LogSpoolState = z.infer<typeof StateSchema>

export const LogRecordSchema = z.union([
  z.object({ line: LogLineSchema.extend({ stamp: StampSchema.optional() }) }),
  z.object({ state: StateSchema }),
])
export type LogRecord = z.infer<typeof LogRecordSchema>
