import { z } from 'zod'
import { DeviceCommandBodySchema } from '../device/commands.js'
import { TimestampSchema } from '../names.js'
import { PageQuerySchema, pageSchema } from './access.js'
import { DeviceEventSchema } from './devices.js'

/**
 * waiting: the device has not fetched it. delivered: it has, and has not said yet what came of it. refused: the device
 * would not, say for a lock. expired: it did not come for it, or never answered. cancelled: taken back while waiting.
 */
export const DeviceCommandStateSchema = z.enum([
  'waiting',
  'delivered',
  'done',
  'failed',
  'refused',
  'expired',
  'cancelled',
])
export type DeviceCommandState = z.infer<typeof DeviceCommandStateSchema>

export const DeviceCommandViewSchema = z
  .object({
    id: z.uuid(),
    deviceId: z.uuid(),
    command: DeviceCommandBodySchema,
    state: DeviceCommandStateSchema,
    // What the device said came of it.
    detail: z.string().optional(),
    // Who asked.
    actor: DeviceEventSchema.shape.actor,
    createdAt: TimestampSchema,
    expiresAt: TimestampSchema,
    deliveredAt: TimestampSchema.optional(),
    endedAt: TimestampSchema.optional(),
  })
  .meta({ id: 'DeviceCommand' })
export type DeviceCommandView = z.infer<typeof DeviceCommandViewSchema>
export const DeviceCommandPageSchema = pageSchema(DeviceCommandViewSchema, 'DeviceCommandPage')

export const DeviceCommandQuerySchema = PageQuerySchema.extend({
  // true: those that are not over yet; false: the others.
  open: z.stringbool().optional(),
})
export type DeviceCommandQuery = z.infer<typeof DeviceCommandQuerySchema>

/** POST /devices/:id/commands: the command, and for how long it waits for a device that is away. */
export const CreateDeviceCommandSchema = DeviceCommandBodySchema.and(
  z.object({
    expiresInSeconds: z
      .int()
      .positive()
      .max(30 * 86_400)
      .default(86_400),
  }),
)
export type CreateDeviceCommand = z.infer<typeof CreateDeviceCommandSchema>
