import { createHash } from 'node:crypto'
import { MANIFEST_TYPE, type RegistryRepository } from './registry-repository.js'

export const DELTA_TYPE = 'application/vnd.flotilla.image-delta.v1'
// The config of artifacts that have none, as the OCI image specification has it.
const EMPTY = { text: '{}', mediaType: 'application/vnd.oci.empty.v1+json' }

export interface DeltaFile {
  file: string
  digest: string
  sizeBytes: number
  // Manifest digests.
  from: string
  to: string
}

/** Puts a delta into the registry, with a manifest so that it is not collected; gives the manifest's digest. */
export async function pushDelta(repository: RegistryRepository, delta: DeltaFile): Promise<string> {
  const { digest, sizeBytes, from, to } = delta
  await repository.pushBlob(digest, delta)
  const config = `sha256:${createHash('sha256').update(EMPTY.text).digest('hex')}`
  await repository.pushBlob(config, EMPTY)
  return repository.pushManifest(tagOf(from, to), {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: DELTA_TYPE,
    config: { mediaType: EMPTY.mediaType, digest: config, size: EMPTY.text.length },
    layers: [{ mediaType: DELTA_TYPE, digest, size: sizeBytes }],
    annotations: { 'io.flotilla.delta.from': from, 'io.flotilla.delta.to': to },
  })
}

function tagOf(from: string, to: string): string {
  const short = (digest: string) => digest.replace('sha256:', '').slice(0, 12)
  return `delta-${short(from)}-${short(to)}`
}
