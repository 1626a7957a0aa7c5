import { z } from 'zod'

/**
 * GET /api/v1/stream?organization=…|fleet=…|device=…|build=… (server-sent events). Each event says that something
 * changed; whoever cares fetches it again. A `ping` comment every 15 s; after a reconnect, fetch everything once.
 */
export const LiveEventSchema = z.object({
  kind: z.enum([
    'fleet',
    'device',
    'device-logs',
    'device-events',
    'device-commands',
    'release',
    'build',
    'build-output',
    'variables',
  ]),
  // Of the thing that changed; for device-… and build-output, of the device or build.
  id: z.uuid(),
  fleetId: z.uuid().optional(),
})
export type LiveEvent = z.infer<typeof LiveEventSchema>

export const LiveQuerySchema = z.object({
  organization: z.string().optional(),
  fleet: z.uuid().optional(),
  device: z.uuid().optional(),
  build: z.uuid().optional(),
})
export type LiveQuery = z.infer<typeof LiveQuerySchema>
