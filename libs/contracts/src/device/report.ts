import { z } from 'zod'
import { DigestSchema, TimestampSchema } from '../names.js'
import { MetricsSampleSchema } from './metrics.js'
import { SnapshotStateSchema } from './snapshots.js'

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
  // While downloading, on the way that was chosen: bytes that are on the device of those needed, bytes per second of late,
  // when it may be done at that rate, and whether a delta is applied to an image that the device has.
  download: z
    .object({
      doneBytes: z.int().nonnegative(),
      neededBytes: z.int().nonnegative(),
      bytesPerSecond: z.int().nonnegative().optional(),
      endsAt: TimestampSchema.optional(),
      way: z.enum(['layers', 'delta']),
      // Of the bytes done: from devices on the same network, and from a bundle.
      neighbourBytes: z.int().nonnegative().optional(),
      bundleBytes: z.int().nonnegative().optional(),
    })
    .optional(),
  // The last thing that went wrong with it, as a sentence.
  error: z.string().max(2000).optional(),
  // Its last end was the kernel's doing, for want of memory.
  oomKilled: z.boolean().optional(),
  // Held by an update lock, and by whom, as a sentence.
  lock: z.string().max(500).optional(),
})
export type ServiceState = z.infer<typeof ServiceStateSchema>

/** What was seen of a service that a release was given up for. */
export const ServiceEvidenceSchema = z.object({
  // One sentence: "web ended with exit code 1, three times within 20 seconds."
  reason: z.string().max(1000),
  exitCode: z.int().optional(),
  oomKilled: z.boolean().optional(),
  // What its health check printed last.
  healthOutput: z.string().max(4000).optional(),
  // The last 50 lines of its log, one a line.
  lastLines: z.string().max(32_000).optional(),
})
export type ServiceEvidence = z.infer<typeof ServiceEvidenceSchema>

/** Why a release was given up. It is not tried again until the target's app changes or somebody asks for it. */
export const RejectionSchema = z.object({
  releaseId: z.uuid(),
  version: z.string(),
  at: TimestampSchema,
  code: z.enum(['crash-loop', 'exited', 'unhealthy', 'cannot-start', 'not-confirmed', 'too-slow', 'board-restarted']),
  reason: z.string().max(2000),
  services: z.record(z.string(), ServiceEvidenceSchema).default({}),
})
export type Rejection = z.infer<typeof RejectionSchema>

export const AppStateSchema = z.object({
  // The release whose services all run as it wants them; absent while none does.
  releaseId: z.uuid().optional(),
  // The last release that was well for its whole confirm time: what the device returns to.
  confirmedReleaseId: z.uuid().optional(),
  // The target's release is being watched, or has failed on a device that has none to return to.
  trial: z
    .object({
      releaseId: z.uuid(),
      failures: z.int().nonnegative().optional(),
      lastFailure: RejectionSchema.optional(),
    })
    .optional(),
  // The target's release was given up.
  rejected: RejectionSchema.optional(),
  // By snapshot id.
  snapshots: z.record(z.string(), SnapshotStateSchema).optional(),
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
      hostname: z.string().optional(),
      // A setting of the host takes effect with the next restart.
      rebootNeeded: z.boolean().optional(),
      // False: the board does not know the time; what it says was measured from the moment it will.
      clockKnown: z.boolean().optional(),
      // IANA name.
      timeZone: z.string().optional(),
    })
    .optional(),
  // The generation of the last accepted target.
  generation: z.int().nonnegative().optional(),
  // settled: everything runs as the target wants. failing: a step fails and is tried again.
  activity: z.enum(['settled', 'updating', 'waiting', 'failing']).optional(),
  // What the supervisor does now and waits for, as sentences, at most a few lines.
  explanation: z.string().max(4000).optional(),
  // What downloads of images have cost by the policy's counting, in bytes, and what is left. Absent: nothing is counted.
  transfers: z
    .object({
      usedToday: z.int().nonnegative(),
      usedThisMonth: z.int().nonnegative(),
      // What may still be downloaded now, and when that grows again. Absent: without limit.
      remainingBytes: z.int().nonnegative().optional(),
      resetsAt: TimestampSchema.optional(),
      // The way to the cloud is by an interface that is metered.
      metered: z.boolean().optional(),
    })
    .optional(),
  // What apps on the device said about it over the local API. Absent: nothing.
  tags: z.record(z.string().max(128), z.string().max(1024)).optional(),
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
  // Sent along, the oldest first; stored at least once, and deduplicated by `at`.
  metrics: z.array(MetricsSampleSchema).max(200).optional(),
})
export type ReportRequest = z.infer<typeof ReportRequestSchema>

/** `stored` is the state number the server now holds; where it is not the one sent, the next report starts from 0. */
export const ReportResponseSchema = z.object({
  stored: z.int().nonnegative(),
  // Events up to and including this number are stored.
  storedEvents: z.int().nonnegative(),
})
export type ReportResponse = z.infer<typeof ReportResponseSchema>
