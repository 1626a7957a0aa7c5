import { z } from 'zod'

/** Services of which a container was made in that boot, and which ask for a restart of the board after it. */
export const StoredRebootsSchema = z.object({ bootId: z.string(), services: z.array(z.string()) })
export type StoredReboots = z.infer<typeof StoredRebootsSchema>
