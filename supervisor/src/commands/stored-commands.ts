import { DeviceCommandResultSchema } from '@flotilla/contracts'
import { z } from 'zod'

/** What was done for the control plane and it does not know yet. Files of older supervisors are read for ever. */
export const StoredCommandsSchema = z.object({
  // Begun, and not ended: the power went in the middle.
  begun: z.object({ id: z.string(), kind: z.string() }).optional(),
  results: z.array(DeviceCommandResultSchema).default([]),
  // Ids whose results the server has, or does not want, for as long as it still lists them.
  answered: z.array(z.string()).default([]),
})
export type StoredCommands = z.infer<typeof StoredCommandsSchema>
