import { z } from 'zod'
import { DigestSchema, TimestampSchema } from '../names.js'

/*
 * A report carries a JSON merge patch, so nothing in DeviceState may be null or an array whose elements change alone:
 * lists of things are records keyed by their name.
 */

export const ServiceStateSchema = z.object({
  // downloading … installing are the supervisor's; the rest is what the engine says of the container.
  status: z.enum([
    'waiting',
    'downloading',
    'downloaded',
    'installing',
    'created',
    'running',
    'restarting',
    'paused',
    'exited',
    'dead',
    'stopping',
  ]),
  containerId: z.string().optional(),
  imageDigest: DigestSchema.optional(),
  health: z.enum(['starting', 'healthy', 'unhealthy']).optional(),
  startedAt: TimestampSchema.optional(),
  exitCode: z.int().optional(),
  restartCount: z.int().nonnegative().optional(),
  // While downloading: share of the image that is on the device, 0 to 100.
  progressPercent: z.number().min(0).max(100).optional(),
  // The last thing that went wrong with it, as a sentence.
  error: z.string().max(2000).optional(),
})
export type ServiceState = z.infer<typeof ServiceStateSchema>

export const AppStateSchema = z.object({
  // The release whose services all run as it wants them; absent while none does.
  releaseId: z.uuid().optional(),
  services: z.record(z.string(), ServiceStateSchema).default({}),
})
export type AppState = z.infer<typeof AppStateSchema>

export const DeviceStateSchema = z.object({
  supervisor: z.object({ version: z.string(), startedAt: TimestampSchema.optional() }).optional(),
  host: z
    .object({
      os: z.string().optional(),
      kernel: z.string().optional(),
      engine: z.string().optional(),
      addresses: z.string().optional(),
      bootId: z.string().optional(),
    })
    .optional(),
  // The generation of the last accepted target.
  generation: z.int().nonnegative().optional(),
  // settled: everything runs as the target wants. failing: a step fails and is tried again.
  activity: z.enum(['settled', 'updating', 'waiting', 'failing']).optional(),
  // What the supervisor does now and waits for, as sentences, at most a few lines.
  explanation: z.string().max(4000).optional(),
  apps: z.record(z.uuid(), AppStateSchema).default({}),
})
export type DeviceState = z.infer<typeof DeviceStateSchema>

/** Things that happened on the device, each stored once in its history. `number` grows by one per hardware. */
export const DeviceReportEventSchema = z.object({
  number: z.int().positive(),
  at: TimestampSchema,
  // kebab-case: target-accepted, target-refused, step-done, step-failed, release-running, supervisor-started, …
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  detail: z.record(z.string(), z.json()).default({}),
})
export type DeviceReportEvent = z.infer<typeof DeviceReportEventSchema>

/**
 * PATCH /device/v1/report. `changes` is a merge patch from the state acknowledged as `baseline` (0: from nothing) to
 * the state that becomes `number`.
 */
export const ReportRequestSchema = z.object({
  protocol: z.int().positive(),
  baseline: z.int().nonnegative(),
  number: z.int().positive(),
  at: TimestampSchema,
  changes: z.record(z.string(), z.json()),
  events: z.array(DeviceReportEventSchema).max(500).default([]),
})
export type ReportRequest = z.infer<typeof ReportRequestSchema>

/** `stored` is the state number the server now holds; where it is not the one sent, the next report starts from 0. */
export const ReportResponseSchema = z.object({
  stored: z.int().nonnegative(),
  // Events up to and including this number are stored.
  storedEvents: z.int().nonnegative(),
})
export type ReportResponse = z.infer<typeof ReportResponseSchema>
