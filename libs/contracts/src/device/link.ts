import { z } from 'zod'

/*
 * GET /device/v1/link, a WebSocket with the access token as bearer: one JSON message per text frame. It only makes
 * things faster: whoever loses it finds everything by polling. Unknown messages are ignored by both sides.
 */

export const LinkServerMessageSchema = z.discriminatedUnion('type', [
  // The device's target now has this generation: poll.
  z.object({ type: z.literal('target-changed'), generation: z.int().nonnegative() }),
  // Somebody asks something of the device: fetch DEVICE_ROUTES.commands.
  z.object({ type: z.literal('commands-waiting') }),
])
export type LinkServerMessage = z.infer<typeof LinkServerMessageSchema>

export const LinkDeviceMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: z.int().positive(), generation: z.int().nonnegative() }),
])
export type LinkDeviceMessage = z.infer<typeof LinkDeviceMessageSchema>
