import { z } from 'zod'
import { UpdatePolicySchema } from '../device/update-policy.js'

const policy = UpdatePolicySchema.shape

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
  })
  .partial()
export type UpdatePolicyParts = z.infer<typeof UpdatePolicyPartsSchema>

const parts = UpdatePolicyPartsSchema.shape

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
})
export type UpdatePolicyChanges = z.infer<typeof UpdatePolicyChangesSchema>

/** PUT /fleets/:id/forced-release and /devices/:id/forced-release. */
export const ForceReleaseSchema = z.object({
  // What the fleet or device should run at present: nobody forces a release that they have not seen.
  releaseId: z.uuid(),
})
export type ForceRelease = z.infer<typeof ForceReleaseSchema>
