import { RejectionSchema, TargetAppSchema } from '@flotilla/contracts'
import type { AppMemory, Requests } from '@flotilla/reconcile'
import { z } from 'zod'

/*
 * How AppMemory and Requests lie on the disk. Files written by older supervisors are read for ever: a new member is
 * optional, and says what its absence means.
 */

const snapshotsByVolume = z.record(z.string(), z.string())

const TrialSchema = z.object({
  fingerprint: z.string(),
  releaseId: z.string(),
  version: z.string(),
  isPermitted: z.boolean(),
  starts: z.int().nonnegative(),
  snapshots: snapshotsByVolume,
  confirmedBy: z.array(z.string()),
  failures: z.int().nonnegative(),
  lastFailure: RejectionSchema.optional(),
  retryAt: z.number().optional(),
})

const AppMemorySchema = z.object({
  good: TargetAppSchema.optional(),
  trial: TrialSchema.optional(),
  rejected: z.object({ fingerprint: z.string(), rejection: RejectionSchema, restore: snapshotsByVolume }).optional(),
})

export const DeviceMemorySchema: z.ZodType<Record<string, AppMemory>> = z.record(z.string(), AppMemorySchema)

export const RequestsSchema: z.ZodType<Requests> = z.object({
  stopped: z.array(z.string()),
  purge: z.array(z.string()),
  power: z.object({ kind: z.enum(['reboot', 'shutdown']), force: z.boolean(), reason: z.string() }).optional(),
  forced: z.record(z.string(), z.string()),
})
