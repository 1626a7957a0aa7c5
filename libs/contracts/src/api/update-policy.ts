import { z } from 'zod'
import { TransferPolicySchema, UpdatePolicySchema } from '../device/update-policy.js'

const policy = UpdatePolicySchema.shape
const transfers = TransferPolicySchema.shape

const TransferPolicyPartsSchema = z
  .object({
    bytesPerSecond: transfers.bytesPerSecond.unwrap(),
    bytesPerDay: transfers.bytesPerDay.unwrap(),
    bytesPerMonth: transfers.bytesPerMonth.unwrap(),
    appliesTo: transfers.appliesTo.unwrap(),
    meteredInterfaces: transfers.meteredInterfaces.unwrap(),
    neighbours: transfers.neighbours.unwrap(),
    waitForDeltaSeconds: transfers.waitForDeltaSeconds.unwrap(),
  })
  .partial()

/** What one level sets of a policy: the fleet, or one device over its fleet. What is absent is inherited. */
export const UpdatePolicyPartsSchema = z
  .object({
    confirmSeconds: policy.confirmSeconds.unwrap(),
    timeZone: policy.timeZone.unwrap(),
    downloadWindows: policy.downloadWindows.unwrap(),
    switchWindows: policy.switchWindows.unwrap(),
    reserveBytes: policy.reserveBytes.unwrap(),
    snapshotMaxBytes: policy.snapshotMaxBytes.unwrap(),
    snapshotUploadHours: policy.snapshotUploadHours.unwrap(),
    snapshotUploadBytesPerSecond: policy.snapshotUploadBytesPerSecond.unwrap(),
    removeVolumesOfFormerApps: policy.removeVolumesOfFormerApps.unwrap(),
    transfers: TransferPolicyPartsSchema,
  })
  .partial()
export type UpdatePolicyParts = z.infer<typeof UpdatePolicyPartsSchema>

const parts = UpdatePolicyPartsSchema.shape
const transferParts = TransferPolicyPartsSchema.shape

const TransferPolicyChangesSchema = z
  .object({
    bytesPerSecond: transferParts.bytesPerSecond.nullable(),
    bytesPerDay: transferParts.bytesPerDay.nullable(),
    bytesPerMonth: transferParts.bytesPerMonth.nullable(),
    appliesTo: transferParts.appliesTo.nullable(),
    meteredInterfaces: transferParts.meteredInterfaces.nullable(),
    neighbours: transferParts.neighbours.nullable(),
    waitForDeltaSeconds: transferParts.waitForDeltaSeconds.nullable(),
  })
  .partial()

/** A change of what one level sets: absent stays as it is, null is inherited again. */
export const UpdatePolicyChangesSchema = z.object({
  confirmSeconds: parts.confirmSeconds.nullable(),
  timeZone: parts.timeZone.nullable(),
  downloadWindows: parts.downloadWindows.nullable(),
  switchWindows: parts.switchWindows.nullable(),
  reserveBytes: parts.reserveBytes.nullable(),
  snapshotMaxBytes: parts.snapshotMaxBytes.nullable(),
  snapshotUploadHours: parts.snapshotUploadHours.nullable(),
  snapshotUploadBytesPerSecond: parts.snapshotUploadBytesPerSecond.nullable(),
  removeVolumesOfFormerApps: parts.removeVolumesOfFormerApps.nullable(),
  // Of it too, only what is named changes.
  transfers: TransferPolicyChangesSchema.nullable().optional(),
})
export type UpdatePolicyChanges = z.infer<typeof UpdatePolicyChangesSchema>

/** PUT /fleets/:id/forced-release and /devices/:id/forced-release. */
export const ForceReleaseSchema = z.object({
  // What the fleet or device should run at present: nobody forces a release that they have not seen.
  releaseId: z.uuid(),
})
export type ForceRelease = z.infer<typeof ForceReleaseSchema>
