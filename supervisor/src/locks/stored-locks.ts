import { z } from 'zod'

/** Locks that apps took over the local API, and what is known of lock files. Older supervisors' files are read for ever. */
export const StoredLocksSchema = z.object({
  taken: z.array(
    z.object({
      appId: z.string(),
      service: z.string(),
      reason: z.string().optional(),
      // Milliseconds that were left when this was written.
      remainingMs: z.number(),
      // By the clock of that moment, milliseconds since the epoch.
      until: z.number(),
      survivesReboot: z.boolean(),
      bootId: z.string(),
    }),
  ),
  // Container id → for how long its lock file has been seen.
  files: z.record(z.string(), z.number()).default({}),
})
export type StoredLocks = z.infer<typeof StoredLocksSchema>
