import { z } from 'zod'
import { TimestampSchema } from '../names.js'

/** Longest text of one log line in bytes; the supervisor cuts longer ones and marks them. */
export const MAX_LOG_LINE_BYTES = 16 * 1024

export const LogLineSchema = z.object({
  // Grows by one per line and hardware; the server deduplicates by it.
  number: z.int().positive(),
  at: TimestampSchema,
  // Absent: a line of the supervisor itself.
  service: z.string().optional(),
  stream: z.enum(['stdout', 'stderr', 'system']).default('stdout'),
  text: z.string(),
  // The line was longer than MAX_LOG_LINE_BYTES.
  truncated: z.boolean().optional(),
})
export type LogLine = z.infer<typeof LogLineSchema>

/** POST /device/v1/logs, `Content-Encoding: gzip` allowed. Stored at least once, deduplicated by number. */
export const LogBatchSchema = z.object({
  protocol: z.int().positive(),
  lines: z.array(LogLineSchema).max(5000),
  // Lines that the device had to drop since the last batch for want of space.
  dropped: z.int().nonnegative().optional(),
})
export type LogBatch = z.infer<typeof LogBatchSchema>

export const LogBatchResponseSchema = z.object({
  // Every line up to and including this number is stored (or was dropped by the device).
  stored: z.int().nonnegative(),
})
export type LogBatchResponse = z.infer<typeof LogBatchResponseSchema>
