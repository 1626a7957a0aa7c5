import { z } from 'zod'
import { DigestSchema, PlatformSchema, ServiceNameSchema, TimestampSchema } from '../names.js'

/** ready: devices may have it. not-worth-it: it would cost about as much as the layers, so these go. */
export const ImageDeltaStateSchema = z.enum(['waiting', 'making', 'ready', 'not-worth-it', 'failed'])
export type ImageDeltaState = z.infer<typeof ImageDeltaStateSchema>

/** The way from one image of a service to another, and what it costs. */
export const ImageDeltaSchema = z
  .object({
    id: z.uuid(),
    fleetId: z.uuid(),
    service: ServiceNameSchema,
    platform: PlatformSchema,
    // Manifest digests.
    from: DigestSchema,
    to: DigestSchema,
    // Versions of the fleet's releases that have the image it starts from, the newest first.
    fromVersions: z.array(z.string()),
    state: ImageDeltaStateSchema,
    // Of the delta; absent: not made yet, or never measured.
    sizeBytes: z.int().optional(),
    // Of the layers that it stands for, as the registry has them; absent: not known yet.
    plainBytes: z.int().optional(),
    // Why it failed or is not worth it, or what it waits for after a try that did not come to an end.
    reason: z.string().optional(),
    // How often it was begun.
    attempts: z.int(),
    requestedBy: z.enum(['build', 'device', 'person']),
    requestedAt: TimestampSchema,
    startedAt: TimestampSchema.optional(),
    endedAt: TimestampSchema.optional(),
    // When a device was last told of it.
    lastUsedAt: TimestampSchema.optional(),
  })
  .meta({ id: 'ImageDelta' })
export type ImageDeltaView = z.infer<typeof ImageDeltaSchema>

/** All of a release: a few for each service and platform, so they come in one answer. */
export const ImageDeltasSchema = z.object({ items: z.array(ImageDeltaSchema) }).meta({ id: 'ImageDeltas' })
export type ImageDeltas = z.infer<typeof ImageDeltasSchema>

/** POST /releases/:id/deltas. Those that failed are tried again. */
export const MakeDeltasSchema = z.object({
  // Releases of the same fleet. Absent: those that most of its devices run.
  from: z.array(z.uuid()).min(1).max(20).optional(),
})
export type MakeDeltas = z.infer<typeof MakeDeltasSchema>

/** nothing: the device has all layers of the image. layers: those that it lacks, as the registry has them. */
export const DownloadWaySchema = z.enum(['nothing', 'delta', 'layers'])
export type DownloadWay = z.infer<typeof DownloadWaySchema>

const CostShape = {
  way: DownloadWaySchema,
  bytes: z.int(),
  // Without deltas.
  plainBytes: z.int(),
  // Where the way is delta: how many are applied, one after the other.
  deltas: z.int().optional(),
}

/** What one image of a release costs the devices that run one certain release now. */
export const ImageDownloadSchema = z.object({
  // What they run; absent: nothing that is known.
  releaseId: z.uuid().optional(),
  version: z.string().optional(),
  digest: DigestSchema.optional(),
  devices: z.int(),
  // Of each of these devices.
  ...CostShape,
  // How far the direct delta is; absent: nobody has asked for one.
  delta: z
    .object({ state: ImageDeltaStateSchema, sizeBytes: z.int().optional(), reason: z.string().optional() })
    .optional(),
})
export type ImageDownload = z.infer<typeof ImageDownloadSchema>

/** What a release costs, in bytes on the links of the devices, by the ways that there are now. */
export const ReleaseDownloadsSchema = z
  .object({
    releaseId: z.uuid(),
    version: z.string(),
    // Every device with a board that the release was built for.
    totals: z.object({
      devices: z.int(),
      // Of those, the ones that need no byte.
      devicesWithAll: z.int(),
      bytes: z.int(),
      plainBytes: z.int(),
      // For one device.
      mostBytes: z.int(),
    }),
    deltas: z.object({
      // Waiting or being made; 0: what the release costs changes no more.
      pending: z.int(),
      ready: z.int(),
      notWorthIt: z.int(),
      failed: z.int(),
      // About how long until none is pending.
      readyInSeconds: z.int().optional(),
    }),
    images: z.array(
      z.object({
        service: ServiceNameSchema,
        platform: PlatformSchema,
        digest: DigestSchema,
        // All of it: what a device with nothing fetches, and what it takes on a disk.
        sizeBytes: z.int(),
        unpackedBytes: z.int().optional(),
        // By what devices run now, most devices first.
        sources: z.array(ImageDownloadSchema),
      }),
    ),
  })
  .meta({ id: 'ReleaseDownloads' })
export type ReleaseDownloads = z.infer<typeof ReleaseDownloadsSchema>

export const DownloadCostQuerySchema = z.object({
  // Absent: the one that it should run.
  release: z.uuid().optional(),
})
export type DownloadCostQuery = z.infer<typeof DownloadCostQuerySchema>

/** What a release would cost one device, in bytes on its link, by the ways that there are now. */
export const DeviceDownloadCostSchema = z
  .object({
    deviceId: z.uuid(),
    releaseId: z.uuid(),
    version: z.string(),
    // What it has to start from; absent: nothing that is known.
    runningReleaseId: z.uuid().optional(),
    bytes: z.int(),
    plainBytes: z.int(),
    images: z.array(z.object({ service: ServiceNameSchema, digest: DigestSchema, ...CostShape })),
    // What its transfer policy left it when it last reported; absent: nothing is counted there.
    budget: z
      .object({
        remainingBytes: z.int().optional(),
        resetsAt: TimestampSchema.optional(),
        metered: z.boolean().optional(),
        // Whether what remains is enough.
        fits: z.boolean(),
      })
      .optional(),
  })
  .meta({ id: 'DeviceDownloadCost' })
export type DeviceDownloadCost = z.infer<typeof DeviceDownloadCostSchema>
