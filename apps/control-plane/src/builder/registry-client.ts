import { DigestSchema, type ImageLayer } from '@flotilla/contracts'
import { z } from 'zod'
import { BuildFailure } from './build-failure.js'

const TIMEOUT_MS = 20_000
const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ')

const Manifest = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ mediaType: z.string(), digest: DigestSchema, size: z.int().nonnegative() })),
})
const Config = z.object({ rootfs: z.object({ diff_ids: z.array(DigestSchema) }) })

/** Asks the OCI registry what the engine does not tell, and whether it is there at all before the engine tries for a minute. */
export class RegistryClient {
  private readonly url: string

  constructor(private readonly registry: { host: string; token: string; url?: string }) {
    this.url = registry.url ?? `${isLoopback(registry.host) ? 'http' : 'https'}://${registry.host}`
  }

  /** Throws an ordinary error while the registry is away, a BuildFailure where it refuses the build's token. */
  async check(signal: AbortSignal): Promise<void> {
    const response = await this.get('/v2/', signal)
    if (response.status === 401 || response.status === 403) {
      throw new BuildFailure(
        'registry-refused',
        'The registry does not accept tokens of this control plane; its rootcertbundle, issuer or service is not the one that main.migrate wrote.',
      )
    }
    if (!response.ok) throw new Error(`The registry at ${this.url} answered ${response.status}`)
  }

  /** Config digest, layers and compressed size of a pushed manifest; also proves that it is really there. */
  async describe(
    repository: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<{ configDigest: string; sizeBytes: number; layers: ImageLayer[] }> {
    const manifest = Manifest.parse(await this.read(`/v2/${repository}/manifests/${digest}`, signal))
    const configDigest = manifest.config.digest
    const config = Config.parse(await this.read(`/v2/${repository}/blobs/${configDigest}`, signal))
    const layers = manifest.layers.map(({ digest, size, mediaType }, at) => {
      const diffId = config.rootfs.diff_ids[at]
      if (diffId === undefined) throw new Error(`The config of ${repository}@${digest} names fewer layers than it has`)
      return { diffId, digest, sizeBytes: size, mediaType }
    })
    return { configDigest, layers, sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0) }
  }

  private async read(path: string, signal: AbortSignal): Promise<unknown> {
    const response = await this.get(path, signal)
    if (!response.ok) throw new Error(`The registry answered ${response.status} for ${path}`)
    return response.json()
  }

  private async get(path: string, signal: AbortSignal): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.registry.token}`, Accept: MANIFEST_TYPES }
    try {
      return await fetch(this.url + path, {
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
    } catch (cause) {
      signal.throwIfAborted()
      throw new Error(`The registry at ${this.url} cannot be reached`, { cause })
    }
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host)
}
