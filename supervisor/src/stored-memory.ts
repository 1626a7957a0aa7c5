import type { Requests } from '@flotilla/reconcile'
import { z } from 'zod'

/*
 * How Requests lie on the disk; how AppMemory does, @flotilla/reconcile says. Files written by older supervisors are read
 * for ever: a new member is optional, and says what its absence means.
 */

export const RequestsSchema: z.ZodType<Requests> = z.object({
  stopped: z.array(z.string()),
  purge: z.array(z.string()),
  power: z.object({ kind: z.enum(['reboot', 'shutdown']), force: z.boolean(), reason: z.string() }).optional(),
  forced: z.record(z.string(), z.string()),
})
