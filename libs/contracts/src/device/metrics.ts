import { z } from 'zod'
import { TimestampSchema } from '../names.js'

const bytes = z.int().nonnegative()

/** How the board was at one moment. What cannot be read on a board is absent. */
export const MetricsSampleSchema = z.object({
  at: TimestampSchema,
  // Of all cores together, 0 to 100, since the sample before.
  cpuPercent: z.number().min(0).max(100).optional(),
  loadAverage: z.number().nonnegative().optional(),
  memoryUsedBytes: bytes.optional(),
  memoryTotalBytes: bytes.optional(),
  // Of the file system that holds the engine's data.
  diskUsedBytes: bytes.optional(),
  diskTotalBytes: bytes.optional(),
  temperatureCelsius: z.number().optional(),
  // Raspberry Pi: now, and at any time since it started.
  isUnderVoltage: z.boolean().optional(),
  wasUnderVoltage: z.boolean().optional(),
  isThrottled: z.boolean().optional(),
  wasThrottled: z.boolean().optional(),
  // Share of its life that the card or eMMC has used, 0 to 100 and beyond.
  storageWearPercent: z.number().nonnegative().optional(),
  storageWrittenBytes: bytes.optional(),
  // Wi-Fi or modem.
  linkQualityPercent: z.number().min(0).max(100).optional(),
  linkSignalDbm: z.number().optional(),
  // Of the supervisor's last call to the control plane.
  cloudRoundTripMs: z.number().nonnegative().optional(),
  networkReceivedBytes: bytes.optional(),
  networkSentBytes: bytes.optional(),
  uptimeSeconds: z.number().nonnegative().optional(),
})
export type MetricsSample = z.infer<typeof MetricsSampleSchema>
