import { z } from 'zod'
import { DigestSchema, PlatformSchema, TimestampSchema } from '../names.js'
import { HardwareUuidSchema, SignatureSchema } from './identity.js'
import { DeltaDescriptionSchema } from './images.js'

/*
 * A bundle carries targets and their images to boards that the cloud does not reach: on a stick, or from a phone. It is a
 * tar (ustar, no compression: what is in it is compressed) of, in this order:
 *
 *   bundle.json                   SignedBundle, whose payload is a Bundle
 *   targets/<hardware uuid>.json  SignedTarget, as the control plane would give it to that board now
 *   blobs/sha256/<hex>            manifests, configs, layers and deltas; what the payload lists, in its order
 *
 * Nothing in it is believed for being in it: the payload is signed by a target key, each target is too, and every blob
 * has to be what its name says.
 */
export const BUNDLE_FORMAT = 1
/** How files of this kind end. */
export const BUNDLE_EXTENSION = '.flotilla'

export const BundleBlobSchema = z.object({
  digest: DigestSchema,
  sizeBytes: z.int().nonnegative(),
  kind: z.enum(['manifest', 'config', 'layer', 'delta']),
})
export type BundleBlob = z.infer<typeof BundleBlobSchema>

export const BundleSchema = z.object({
  format: z.int().positive(),
  createdAt: TimestampSchema,
  fleet: z.object({ id: z.uuid(), name: z.string(), organization: z.string() }),
  release: z.object({ id: z.uuid(), version: z.string() }),
  // The boards that it has targets for.
  targets: z.array(z.object({ hardwareUuid: HardwareUuidSchema, deviceId: z.uuid(), name: z.string() })).min(1),
  // Every image of the release that is whole in here.
  images: z.array(z.object({ repository: z.string(), digest: DigestSchema, platform: PlatformSchema })),
  // Boards that have what these start from need no layers; in a bundle of deltas alone, others cannot use it.
  deltas: z.array(DeltaDescriptionSchema).default([]),
  blobs: z.array(BundleBlobSchema).max(100_000),
})
export type Bundle = z.infer<typeof BundleSchema>

export const SignedBundleSchema = z.object({
  payload: z.string().max(16 * 1024 * 1024),
  keyId: z.string(),
  // Over bundleStatement(payload).
  signature: SignatureSchema,
})
export type SignedBundle = z.infer<typeof SignedBundleSchema>

/** The text that the control plane signs for a bundle. */
export function bundleStatement(payload: string): string {
  return `flotilla-bundle-v1\n${payload}`
}
