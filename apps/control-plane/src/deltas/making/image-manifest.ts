import { DigestSchema, type ImageLayer } from '@flotilla/contracts'
import { z } from 'zod'
import { DeltaFailure } from './delta-failure.js'
import type { RegistryRepository } from './registry-repository.js'

const DescriptorSchema = z.object({
  digest: DigestSchema,
  size: z.int().nonnegative(),
  mediaType: z.string().max(128).optional(),
})
const ManifestSchema = z.object({ config: DescriptorSchema, layers: z.array(DescriptorSchema).max(256) })
const ConfigSchema = z.object({ rootfs: z.object({ diff_ids: z.array(DigestSchema).max(256) }) })

/** What an image is made of in the registry. */
export interface RegistryImage {
  manifest: { digest: string; sizeBytes: number }
  config: { digest: string; sizeBytes: number }
  // From the base up, as manifest and config name them.
  layers: ImageLayer[]
}

/** Throws DeltaFailure where it is gone, or is no image. */
export async function readImage(repository: RegistryRepository, digest: string): Promise<RegistryImage> {
  const text = await repository.manifest(digest)
  const manifest = parse(ManifestSchema, text, `manifest ${digest}`)
  const config = parse(ConfigSchema, await repository.smallBlob(manifest.config.digest), `config of ${digest}`)
  const { diff_ids: diffIds } = config.rootfs
  if (diffIds.length !== manifest.layers.length) {
    throw new DeltaFailure(`The manifest ${digest} has ${manifest.layers.length} layers, its config ${diffIds.length}.`)
  }
  const layers = manifest.layers.map(({ digest, size, mediaType }, at) => ({
    diffId: diffIds[at] ?? digest,
    digest,
    sizeBytes: size,
    ...(mediaType !== undefined && { mediaType }),
  }))
  return {
    manifest: { digest, sizeBytes: Buffer.byteLength(text) },
    config: { digest: manifest.config.digest, sizeBytes: manifest.config.size },
    layers,
  }
}

function parse<T extends z.ZodType>(schema: T, text: string, what: string): z.infer<T> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new DeltaFailure(`The ${what} is not that of an image.`, { cause })
  }
}
