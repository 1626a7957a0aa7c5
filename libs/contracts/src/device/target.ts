import { z } from 'zod'
import { NetworkSpecSchema, ServiceSpecSchema, VolumeSpecSchema } from '../compose.js'
import { DigestSchema, ServiceNameSchema } from '../names.js'
import { HardwareUuidSchema, SignatureSchema } from './identity.js'
import { UpdatePolicySchema } from './update-policy.js'

/** An image as devices address it: by digest, so that it makes no difference who delivered it. */
export const TargetImageSchema = z.object({
  // host[:port]/repository, without tag or digest
  repository: z.string().min(1),
  // Of the manifest for the device's platform.
  digest: DigestSchema,
  // Of the image config: the identity of the content, however it was compressed or transferred.
  configDigest: DigestSchema.optional(),
  // Compressed bytes over all layers; absent: unknown.
  sizeBytes: z.int().nonnegative().optional(),
  // Bytes of all layers as they lie on the disk; absent: unknown.
  unpackedBytes: z.int().nonnegative().optional(),
})
export type TargetImage = z.infer<typeof TargetImageSchema>

/** One service: the release's compose entry with the device's variables merged into `environment`. */
export const TargetServiceSchema = ServiceSpecSchema.extend({ image: TargetImageSchema })
export type TargetService = z.infer<typeof TargetServiceSchema>

export const TargetAppSchema = z.object({
  // The fleet's id: it outlives releases, so volumes are named after it.
  id: z.uuid(),
  name: z.string(),
  release: z.object({ id: z.uuid(), version: z.string(), commit: z.string().optional() }),
  services: z.record(ServiceNameSchema, TargetServiceSchema),
  volumes: z.record(z.string(), VolumeSpecSchema).default({}),
  networks: z.record(z.string(), NetworkSpecSchema).default({}),
})
export type TargetApp = z.infer<typeof TargetAppSchema>

/** The supervisor that a device should have. It replaces itself, and returns to the former one if that is better. */
export const TargetSupervisorSchema = z.object({
  version: z.string().min(1).max(64),
  // Where it runs as a program: the bundled file, fetched from the control plane.
  bundle: z
    .object({ path: z.string().startsWith('/'), digest: DigestSchema, sizeBytes: z.int().positive() })
    .optional(),
  // Where it runs as a container.
  image: TargetImageSchema.optional(),
})
export type TargetSupervisor = z.infer<typeof TargetSupervisorSchema>

/** What a device should run. Crosses the wire as the payload of a SignedTarget. */
export const TargetSchema = z.object({
  protocol: z.int().positive(),
  // Fleet revision + device revision: only grows for one device.
  generation: z.int().nonnegative(),
  device: z.object({ id: z.uuid(), name: z.string(), hardwareUuid: HardwareUuidSchema }),
  fleet: z.object({ id: z.uuid(), name: z.string(), organization: z.string() }),
  // Empty: the fleet has no release yet; the device runs nothing of Flotilla's.
  apps: z.array(TargetAppSchema),
  // Config variables (host and supervisor settings), not environment.
  config: z.record(z.string(), z.string()).default({}),
  policy: UpdatePolicySchema.prefault({}),
  // Devices of one fleet know each other by this key (32 bytes). Absent: the device is to have no neighbours.
  neighbours: z.object({ key: z.base64url().length(43) }).optional(),
  // Absent: the one that it has is right.
  supervisor: TargetSupervisorSchema.optional(),
})
export type Target = z.infer<typeof TargetSchema>
export type TargetInput = z.input<typeof TargetSchema>

/** The body of GET /device/v1/target: the payload is JSON text, signed exactly as it stands. */
export const SignedTargetSchema = z.object({
  payload: z.string().max(8 * 1024 * 1024),
  keyId: z.string(),
  // Over targetStatement(payload).
  signature: SignatureSchema,
})
export type SignedTarget = z.infer<typeof SignedTargetSchema>

/** The text that the control plane signs for a target. */
export function targetStatement(payload: string): string {
  return `flotilla-target-v1\n${payload}`
}
