import { DigestSchema, type Platform } from '@flotilla/contracts'
import { z } from 'zod'
import { parseJson } from '../parse-json.js'

/*
 * What registries say of images: manifests, lists of them by platform, and configs; Docker's and OCI's. Pure, and it
 * trusts none of it.
 */

const DescriptorSchema = z.object({
  mediaType: z.string().max(200),
  digest: DigestSchema,
  size: z.int().nonnegative(),
})
export type Descriptor = z.infer<typeof DescriptorSchema>

// Of engines' own.
const MOST_LAYERS = 512

const ImageManifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().max(200).optional(),
  config: DescriptorSchema,
  layers: z.array(DescriptorSchema).max(MOST_LAYERS),
})
export type ImageManifest = z.infer<typeof ImageManifestSchema>

const IndexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z
    .array(
      DescriptorSchema.extend({
        platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
      }),
    )
    .max(1000),
})
type Index = z.infer<typeof IndexSchema>

const ConfigSchema = z.object({
  rootfs: z.object({ diff_ids: z.array(DigestSchema).max(MOST_LAYERS) }),
})

/** What stands under a manifest's digest is of a kind that only the engine may know. */
export class UnknownManifest extends Error {
  override name = 'UnknownManifest'
}

/** The image, or the digest under which the image for this platform is. Throws UnknownManifest. */
export function readManifest(bytes: Buffer, platform: Platform): ImageManifest | { elsewhere: string } {
  const body = parseJson(bytes.toString())
  const image = ImageManifestSchema.safeParse(body)
  if (image.success) return image.data
  const index = IndexSchema.safeParse(body)
  if (!index.success) throw new UnknownManifest('What the registry has is no manifest that is understood')
  return { elsewhere: entryFor(index.data, platform).digest }
}

/** The diffIds, from the base up. */
export function readConfig(bytes: Buffer): string[] {
  const config = ConfigSchema.safeParse(parseJson(bytes.toString()))
  if (!config.success) throw new UnknownManifest('The config of the image is not understood')
  return config.data.rootfs.diff_ids
}

/** Registries need not say it in the document; engines want to be told. */
export function mediaTypeOf({ mediaType, config }: ImageManifest): string {
  const isDocker = config.mediaType.startsWith('application/vnd.docker.')
  return mediaType ?? (isDocker ? DOCKER.manifest : OCI.manifest)
}

const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  tar: 'application/vnd.docker.image.rootfs.diff.tar',
}
const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  tar: 'application/vnd.oci.image.layer.v1.tar',
}

/** A layer as a plain tar, in the terms of this manifest. */
export function tarDescriptor(manifest: ImageManifest, diffId: string, size: number): Descriptor {
  const { tar } = mediaTypeOf(manifest) === OCI.manifest ? OCI : DOCKER
  return { mediaType: tar, digest: diffId, size }
}

function entryFor({ manifests }: Index, platform: Platform): Index['manifests'][number] {
  const [os, architecture, variant] = platform.split('/')
  const fitting = manifests.filter((it) => it.platform?.os === os && it.platform?.architecture === architecture)
  // arm64 is v8 whether it is said or not; an arm/v7 board runs v6 as well.
  const order = [variant, undefined, ...(variant === 'v7' ? ['v6', 'v5'] : []), ...(variant === 'v6' ? ['v5'] : [])]
  const orders = architecture === 'arm64' ? [undefined, 'v8'] : order
  const found = orders.map((it) => fitting.find((entry) => entry.platform?.variant === it)).find((entry) => entry)
  if (!found) throw new UnknownManifest(`The image is for other platforms than ${platform}`)
  return found
}
