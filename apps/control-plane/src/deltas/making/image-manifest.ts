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

/** The layers of an image from the base up, as its manifest and its config name them. */
export async function readLayers(repository: RegistryRepository, digest: string): Promise<ImageLayer[]> {
  const manifest = parse(ManifestSchema, await repository.manifest(digest), `manifest ${digest}`)
  const config = parse(ConfigSchema, await repository.smallBlob(manifest.config.digest), `config of ${digest}`)
  const { diff_ids: diffIds } = config.rootfs
  if (diffIds.length !== manifest.layers.length) {
    throw new DeltaFailure(`The manifest ${digest} has ${manifest.layers.length} layers, its config ${diffIds.length}.`)
  }
  return manifest.layers.map(({ digest, size, mediaType }, at) => ({
    diffId: diffIds[at] ?? digest,
    digest,
    sizeBytes: size,
    ...(mediaType !== undefined && { mediaType }),
  }))
}

function parse<T extends z.ZodType>(schema: T, text: string, what: string): z.infer<T> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new DeltaFailure(`The ${what} is not that of an image.`, { cause })
  }
}
