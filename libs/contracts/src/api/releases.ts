import { z } from 'zod'
import { ComposeSpecSchema } from '../compose.js'
import { RejectionSchema } from '../device/report.js'
import { DigestSchema, PlatformSchema, ServiceNameSchema, TimestampSchema } from '../names.js'
import { PageQuerySchema, pageSchema } from './access.js'

export const ReleaseStatusSchema = z.enum(['building', 'failed', 'draft', 'final'])
export type ReleaseStatus = z.infer<typeof ReleaseStatusSchema>

export const ReleaseImageSchema = z
  .object({
    service: ServiceNameSchema,
    platform: PlatformSchema,
    repository: z.string(),
    digest: DigestSchema,
    configDigest: DigestSchema,
    sizeBytes: z.int(),
    // Of all layers as they lie on a disk; absent: built before this was recorded.
    unpackedBytes: z.int().optional(),
  })
  .meta({ id: 'ReleaseImage' })

export const ReleaseSchema = z
  .object({
    id: z.uuid(),
    fleetId: z.uuid(),
    // 1.4.0 from a tag v1.4.0, else a count of the fleet's releases with the commit: 17-3f2c1ab
    version: z.string(),
    status: ReleaseStatusSchema,
    commit: z.string(),
    branch: z.string().optional(),
    message: z.string().optional(),
    author: z.string().optional(),
    buildId: z.uuid().optional(),
    failureReason: z.string().optional(),
    invalidatedAt: TimestampSchema.optional(),
    images: z.array(ReleaseImageSchema),
    // Devices whose target it is, those that run it, those where it was well for its confirm time, and those that gave
    // it up.
    deviceCounts: z.object({ targeted: z.int(), running: z.int(), confirmed: z.int(), rejected: z.int() }),
    createdAt: TimestampSchema,
    finalizedAt: TimestampSchema.optional(),
  })
  .meta({ id: 'Release' })
export type ReleaseView = z.infer<typeof ReleaseSchema>
export const ReleasePageSchema = pageSchema(ReleaseSchema, 'ReleasePage')
/** Why devices gave a release up, the most frequent reason first. */
export const ReleaseRejectionSchema = z.object({
  code: RejectionSchema.shape.code,
  reason: z.string(),
  devices: z.int(),
  // The device that said so last; its evidence is in its explanation.
  last: z.object({ deviceId: z.uuid(), device: z.string(), at: TimestampSchema }),
})
export type ReleaseRejection = z.infer<typeof ReleaseRejectionSchema>
export const ReleaseDetailSchema = ReleaseSchema.extend({
  compose: ComposeSpecSchema.optional(),
  rejections: z.array(ReleaseRejectionSchema),
}).meta({
  id: 'ReleaseDetail',
})
export type ReleaseDetailView = z.infer<typeof ReleaseDetailSchema>
export const ReleaseQuerySchema = PageQuerySchema.extend({
  fleet: z.uuid().optional(),
  status: ReleaseStatusSchema.optional(),
  version: z.string().optional(),
  commit: z.string().optional(),
})
export type ReleaseQuery = z.infer<typeof ReleaseQuerySchema>
/** PATCH /releases/:id. draft → final deploys it to a fleet that follows the newest; invalidated ones are never chosen. */
export const UpdateReleaseSchema = z.object({
  status: z.literal('final').optional(),
  invalidated: z.boolean().optional(),
})
export type UpdateRelease = z.infer<typeof UpdateReleaseSchema>

export const BuildStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export const BuildSchema = z
  .object({
    id: z.uuid(),
    fleetId: z.uuid(),
    releaseId: z.uuid(),
    state: BuildStateSchema,
    attempt: z.int(),
    // While queued: how many builds are before it.
    queuePosition: z.int().optional(),
    reason: z.string().optional(),
    queuedAt: TimestampSchema,
    startedAt: TimestampSchema.optional(),
    endedAt: TimestampSchema.optional(),
    deadlineAt: TimestampSchema.optional(),
  })
  .meta({ id: 'Build' })
export type BuildView = z.infer<typeof BuildSchema>
export const BuildPageSchema = pageSchema(BuildSchema, 'BuildPage')
export const BuildQuerySchema = PageQuerySchema.extend({
  fleet: z.uuid().optional(),
  release: z.uuid().optional(),
  state: BuildStateSchema.optional(),
})
export type BuildQuery = z.infer<typeof BuildQuerySchema>

export const BuildOutputLineSchema = z
  .object({
    id: z.string(),
    at: TimestampSchema,
    service: z.string().optional(),
    kind: z.enum(['step', 'output', 'error']),
    text: z.string(),
  })
  .meta({ id: 'BuildOutputLine' })
export type BuildOutputLineView = z.infer<typeof BuildOutputLineSchema>
export const BuildOutputPageSchema = pageSchema(BuildOutputLineSchema, 'BuildOutputPage')
export const BuildOutputQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
})
export type BuildOutputQuery = z.infer<typeof BuildOutputQuerySchema>
