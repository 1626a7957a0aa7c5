import { z } from 'zod'
import { PlatformSchema, ServiceNameSchema } from '../names.js'
import { SignedBundleSchema } from '../device/bundle.js'
import { HardwareUuidSchema } from '../device/identity.js'
import { SignedTargetSchema } from '../device/target.js'

/** Boards that one bundle has targets for: its list has to stay what a small board can read. */
export const MOST_BUNDLE_DEVICES = 1000

/** POST /fleets/:id/bundles */
export const CreateBundleSchema = z.object({
  // Absent: the one that the fleet is to run.
  releaseId: z.uuid().optional(),
  // Absent: every device of the fleet.
  devices: z.array(z.uuid()).min(1).max(MOST_BUNDLE_DEVICES).optional(),
  // Releases of the fleet that the boards run: deltas from these go in, and no layers that they make needless.
  deltaFrom: z.array(z.uuid()).min(1).max(5).optional(),
})
export type CreateBundle = z.infer<typeof CreateBundleSchema>

const BundleDeviceSchema = z.object({ deviceId: z.uuid(), name: z.string(), reason: z.string() })

/** What a bundle's file is made of, but for the blobs: those are fetched one by one. */
export const CreatedBundleSchema = z
  .object({
    bundle: SignedBundleSchema,
    // By the uuid of the board; its values may hold secrets of the app.
    targets: z.record(HardwareUuidSchema, SignedTargetSchema),
    // Of all blobs together.
    blobBytes: z.int(),
    // Devices that it has no target for, and why.
    leftOut: z.array(BundleDeviceSchema),
    // Devices that it has a target for, though by what is known of them they could not use its deltas.
    doubtful: z.array(BundleDeviceSchema),
    // Deltas that were wanted and are not in it, so that layers are.
    withoutDelta: z.array(
      z.object({
        service: ServiceNameSchema,
        platform: PlatformSchema,
        // The releases that it would have started from.
        fromVersions: z.array(z.string()),
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: 'CreatedBundle' })
export type CreatedBundle = z.infer<typeof CreatedBundleSchema>
