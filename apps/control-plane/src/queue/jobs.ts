import { z } from 'zod'

/**
 * Every queue, its Postgres schema and its payload. Payloads are ids: the processor loads the state again and may run
 * twice. Builds have a schema of their own, because it is all that a builder's database role may see.
 */
export const QUEUES = {
  builds: {
    schema: 'flotilla_build_queue',
    // The token opens /build/v1/builds/<buildId>/… for this attempt alone.
    payload: z.object({ buildId: z.uuid(), attempt: z.int().positive(), token: z.string() }),
  },
  deltas: {
    schema: 'flotilla_queue',
    payload: z.object({ deltaId: z.uuid(), attempt: z.int().positive() }),
  },
  upkeep: {
    schema: 'flotilla_queue',
    // Periodic work: leases that ran out, things past their keeping time.
    payload: z.object({
      task: z.enum(['build-leases', 'delta-leases', 'delta-plans', 'device-commands', 'expired-rows']),
    }),
  },
} as const
export type QueueName = keyof typeof QUEUES
export type JobPayload<Q extends QueueName> = z.infer<(typeof QUEUES)[Q]['payload']>

export const BUILDER_ROLE = 'flotilla_builder'
