import { z } from 'zod'
import { ServiceNameSchema, TimestampSchema } from '../names.js'

/*
 * What a person asks of one device. Each command has an id, is run once, and waits on the server for a device that is
 * away until it expires.
 */

const force = z.boolean().default(false)
const service = ServiceNameSchema

export const DeviceCommandBodySchema = z.discriminatedUnion('kind', [
  // Poll and plan now; forced: ignore windows and locks for the target's present release, and try a rejected one again.
  z.object({ kind: z.literal('update-now'), force }),
  // Without a service: all of the app's.
  z.object({ kind: z.literal('restart'), service: service.optional(), force }),
  z.object({ kind: z.literal('stop'), service, force }),
  z.object({ kind: z.literal('start'), service }),
  // Stops the services, empties their volumes and starts them again. Without volumes: all of the app's.
  z.object({ kind: z.literal('purge'), volumes: z.array(z.string()).min(1).optional(), force }),
  z.object({ kind: z.literal('reboot'), force }),
  z.object({ kind: z.literal('shutdown'), force }),
  // Without a volume: every volume that is marked for snapshots.
  z.object({ kind: z.literal('create-snapshot'), volume: z.string().optional() }),
  z.object({ kind: z.literal('restore-snapshot'), snapshotId: z.string().max(128) }),
  z.object({ kind: z.literal('upload-snapshot'), snapshotId: z.string().max(128) }),
  z.object({ kind: z.literal('remove-snapshot'), snapshotId: z.string().max(128) }),
])
export type DeviceCommandBody = z.infer<typeof DeviceCommandBodySchema>
export type DeviceCommandInput = z.input<typeof DeviceCommandBodySchema>

/** GET DEVICE_ROUTES.commands: what waits for this device, the oldest first. */
export const DeviceCommandSchema = z.object({ id: z.uuid(), body: DeviceCommandBodySchema, expiresAt: TimestampSchema })
export type DeviceCommand = z.infer<typeof DeviceCommandSchema>
export const DeviceCommandsSchema = z.object({ commands: z.array(DeviceCommandSchema).max(100) })

/** POST DEVICE_ROUTES.commandResults. A repeated result changes nothing. */
export const DeviceCommandResultSchema = z.object({
  id: z.uuid(),
  status: z.enum(['done', 'failed', 'refused']),
  // A sentence for people: why not, or what came of it.
  detail: z.string().max(2000).optional(),
  at: TimestampSchema,
})
export type DeviceCommandResult = z.infer<typeof DeviceCommandResultSchema>
