import { z } from 'zod'
import { MetricsSampleSchema } from '../device/metrics.js'
import { TimestampSchema } from '../names.js'

/** GET /devices/:id/metrics: the last day, in some hundred steps, where nothing else is asked for. */
export const DeviceMetricsQuerySchema = z.object({
  from: TimestampSchema.optional(),
  to: TimestampSchema.optional(),
  // Seconds over which samples are put together.
  step: z.coerce.number().int().min(1).max(86_400).optional(),
})
export type DeviceMetricsQuery = z.infer<typeof DeviceMetricsQuerySchema>

/**
 * Of each step that has samples, oldest first: shares, temperatures and sizes as their mean, counts as the highest,
 * conditions where they held at any time. `at` is the begin of the step.
 */
export const DeviceMetricsSchema = z
  .object({
    from: TimestampSchema,
    to: TimestampSchema,
    stepSeconds: z.int(),
    samples: z.array(MetricsSampleSchema),
  })
  .meta({ id: 'DeviceMetrics' })
export type DeviceMetrics = z.infer<typeof DeviceMetricsSchema>
