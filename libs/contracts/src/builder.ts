import { z } from 'zod'
import { ImageLayerSchema } from './device/images.js'
import { DigestSchema, PlatformSchema, ServiceNameSchema } from './names.js'

/*
 * What passes between main.builder and the rest. The builder's own credentials reach the queue alone; a job carries
 * short-lived tokens for exactly one build: one for the registry, one for /build/v1/builds/<id>/….
 */

/** One image to build. */
export const BuildTaskSchema = z.object({
  service: ServiceNameSchema,
  platform: PlatformSchema,
  // Folder of the build context inside the source archive, '.' for its root.
  context: z.string(),
  dockerfile: z.string().optional(),
  target: z.string().optional(),
  args: z.record(z.string(), z.string()).default({}),
  // An image of the service used as it is (compose `image:` without `build:`): pulled and pushed, not built.
  image: z.string().optional(),
  // host/repository:tag to push to.
  push: z.string(),
  // host/repository@digest of the previous release's image: layer cache.
  cacheFrom: z.string().optional(),
})
export type BuildTask = z.infer<typeof BuildTaskSchema>

/**
 * GET /build/v1/builds/:id → everything a builder needs; the job itself holds only the build's id and token. The header
 * `Flotilla-Runner` differs for every run of a job: a repeated question is answered again, another run is turned away.
 */
export const BuildOrderSchema = z.object({
  buildId: z.uuid(),
  tasks: z.array(BuildTaskSchema).min(1),
  // `url` as builders reach it; absent: http on loopback hosts, else https.
  registry: z.object({ host: z.string(), token: z.string(), url: z.string().optional() }),
  // When the commit was made, in seconds since 1970: what a build dates later gets this time. Absent: times stay as they are.
  commitTime: z.int().nonnegative().max(253_402_300_799).optional(),
  // Milliseconds left until the build's deadline.
  timeLeftMs: z.int().positive(),
})
export type BuildOrder = z.infer<typeof BuildOrderSchema>

/** POST /build/v1/builds/:id/output. Lines are numbered from 1 per attempt; stored once each. Also renews the lease. */
export const BuildOutputSchema = z.object({
  attempt: z.int().positive(),
  lines: z.array(
    z.object({
      number: z.int().positive(),
      service: ServiceNameSchema.optional(),
      kind: z.enum(['step', 'output', 'error']).default('output'),
      text: z.string(),
    }),
  ),
})
export type BuildOutput = z.infer<typeof BuildOutputSchema>

export const BuildOutputResponseSchema = z.object({ cancelled: z.boolean() })

export const BuiltImageSchema = z.object({
  service: ServiceNameSchema,
  platform: PlatformSchema,
  digest: DigestSchema,
  configDigest: DigestSchema,
  sizeBytes: z.int().nonnegative(),
  // Of all layers as they lie on a disk; absent: the builder is older than this field.
  unpackedBytes: z.int().nonnegative().optional(),
  // From the base up; absent: the builder is older than this field.
  layers: z.array(ImageLayerSchema).max(256).optional(),
  // The image's config as the engine inspects it: entrypoint, command, environment, volumes, health check …
  config: z.record(z.string(), z.json()),
})
export type BuiltImage = z.infer<typeof BuiltImageSchema>

/** POST /build/v1/builds/:id/result. */
export const BuildResultSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('built'), attempt: z.int().positive(), images: z.array(BuiltImageSchema).min(1) }),
  z.object({
    outcome: z.literal('failed'),
    attempt: z.int().positive(),
    code: z.string(),
    reason: z.string(),
    service: ServiceNameSchema.optional(),
  }),
  // The builder stops before the end: another attempt may begin at once.
  z.object({ outcome: z.literal('handed-back'), attempt: z.int().positive() }),
])
export type BuildResult = z.infer<typeof BuildResultSchema>
