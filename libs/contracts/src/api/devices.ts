import { z } from 'zod'
import { MetricsSampleSchema } from '../device/metrics.js'
import { DeviceStateSchema, RejectionSchema } from '../device/report.js'
import { TargetSchema } from '../device/target.js'
import { DisplayNameSchema, PlatformSchema, TimestampSchema } from '../names.js'
import { UpdatePolicySchema } from '../device/update-policy.js'
import { PageQuerySchema, pageSchema } from './access.js'
import { UpdatePolicyChangesSchema, UpdatePolicyPartsSchema } from './update-policy.js'

export const HardwareSchema = z
  .object({
    id: z.uuid(),
    uuid: z.string(),
    platform: PlatformSchema,
    deviceType: z.string().optional(),
    serialNumber: z.string().optional(),
    memoryBytes: z.int().optional(),
    active: z.boolean(),
    registeredAt: TimestampSchema,
    retiredAt: TimestampSchema.optional(),
  })
  .meta({ id: 'Hardware' })
export const HardwarePageSchema = pageSchema(HardwareSchema, 'HardwarePage')

/** online: heard from within its poll interval; offline: not; never: no board has spoken for it yet. */
export const ConnectivitySchema = z.enum(['online', 'offline', 'never'])

/** Why a release was given up; what was seen of its services is in the device's explanation. */
export const RejectionSummarySchema = RejectionSchema.omit({ services: true })
export type RejectionSummary = z.infer<typeof RejectionSummarySchema>

export const DeviceSchema = z
  .object({
    id: z.uuid(),
    fleetId: z.uuid(),
    fleet: z.string().meta({ description: 'organization/fleet' }),
    name: z.string(),
    connectivity: ConnectivitySchema,
    // Every status comes with its age.
    lastSeenAt: TimestampSchema.optional(),
    reportedAt: TimestampSchema.optional(),
    activity: z.enum(['settled', 'updating', 'waiting', 'failing']).optional(),
    explanation: z.string().optional(),
    hardware: HardwareSchema.optional(),
    targetReleaseId: z.uuid().optional(),
    targetVersion: z.string().optional(),
    runningReleaseId: z.uuid().optional(),
    runningVersion: z.string().optional(),
    pinnedReleaseId: z.uuid().optional(),
    // The last release that was well for its whole confirm time: what the device returns to.
    confirmedReleaseId: z.uuid().optional(),
    confirmedVersion: z.string().optional(),
    // Its release is being watched, or has failed on a device that has none to return to.
    trial: z
      .object({
        releaseId: z.uuid(),
        failures: z.int().optional(),
        lastFailure: RejectionSummarySchema.optional(),
      })
      .optional(),
    // Its release was given up.
    rejected: RejectionSummarySchema.optional(),
    // How the board was when it last measured.
    metrics: MetricsSampleSchema.optional(),
    targetGeneration: z.int(),
    reportedGeneration: z.int().optional(),
    supervisorVersion: z.string().optional(),
    // What holds for it: its own over its fleet's.
    updatePolicy: UpdatePolicySchema,
    ownUpdatePolicy: UpdatePolicyPartsSchema,
    // Services in the states they were reported in: { running: 2, exited: 1 }
    serviceCounts: z.record(z.string(), z.int()),
    createdAt: TimestampSchema,
  })
  .meta({ id: 'Device' })
export type DeviceView = z.infer<typeof DeviceSchema>
export const DevicePageSchema = pageSchema(DeviceSchema, 'DevicePage')
/** `name` matches exactly, `q` any part of name, uuid or serial number. */
export const DeviceQuerySchema = PageQuerySchema.extend({
  fleet: z.uuid().optional(),
  organization: z.string().optional(),
  name: z.string().optional(),
  uuid: z.string().optional(),
  q: z.string().max(128).optional(),
  connectivity: ConnectivitySchema.optional(),
  activity: z.enum(['settled', 'updating', 'waiting', 'failing']).optional(),
  // true: those that gave their release up; false: the others.
  rejected: z.stringbool().optional(),
  // Those that gave this release up, and those where it was well.
  rejectedRelease: z.uuid().optional(),
  confirmedRelease: z.uuid().optional(),
})
export type DeviceQuery = z.infer<typeof DeviceQuerySchema>
export const UpdateDeviceSchema = z.object({
  name: DisplayNameSchema.optional(),
  // Moves the device; its name, own variables and history go with it.
  fleetId: z.uuid().optional(),
  // A final release of its fleet; null follows the fleet again.
  pinnedReleaseId: z.uuid().nullable().optional(),
  updatePolicy: UpdatePolicyChangesSchema.optional(),
})
export type UpdateDevice = z.infer<typeof UpdateDeviceSchema>

/** GET /devices/:id/target: what it should run, secrets left out. */
export const DeviceTargetSchema = z.object({ generation: z.int(), target: TargetSchema }).meta({ id: 'DeviceTarget' })
/** GET /devices/:id/state: what it last said. */
export const ReportedStateSchema = z
  .object({ number: z.int(), at: TimestampSchema, receivedAt: TimestampSchema, state: DeviceStateSchema })
  .meta({ id: 'ReportedState' })
export type ReportedState = z.infer<typeof ReportedStateSchema>

export const DeviceEventSchema = z
  .object({
    id: z.string(),
    // When it happened, by the device's clock where it happened there.
    at: TimestampSchema,
    receivedAt: TimestampSchema,
    kind: z.string(),
    actor: z.object({
      kind: z.enum(['user', 'api-key', 'device', 'builder', 'system']),
      id: z.string(),
      label: z.string(),
    }),
    detail: z.record(z.string(), z.json()),
  })
  .meta({ id: 'DeviceEvent' })
export type DeviceEventView = z.infer<typeof DeviceEventSchema>
export const DeviceEventPageSchema = pageSchema(DeviceEventSchema, 'DeviceEventPage')

export const DeviceLogLineSchema = z
  .object({
    // Grows over everything the device ever logged; a cursor for following.
    id: z.string(),
    at: TimestampSchema,
    service: z.string().optional(),
    stream: z.enum(['stdout', 'stderr', 'system']),
    text: z.string(),
    truncated: z.boolean().optional(),
  })
  .meta({ id: 'DeviceLogLine' })
export type DeviceLogLineView = z.infer<typeof DeviceLogLineSchema>
export const DeviceLogPageSchema = pageSchema(DeviceLogLineSchema, 'DeviceLogPage')
/** Newest `limit` lines, oldest first; `before`/`after` are line ids. */
export const DeviceLogQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  service: z.string().optional(),
  before: z.string().regex(/^\d+$/).optional(),
  after: z.string().regex(/^\d+$/).optional(),
})
export type DeviceLogQuery = z.infer<typeof DeviceLogQuerySchema>
