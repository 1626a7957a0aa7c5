import { z } from 'zod'
import { BuildFailure } from './build-failure.js'

const TIMEOUT_MS = 20_000
const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ')

const Manifest = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ size: z.int().nonnegative() })),
})

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

  /** Config digest and compressed size of a pushed manifest; also proves that it is really there. */
  async describe(
    repository: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<{ configDigest: string; sizeBytes: number }> {
    const response = await this.get(`/v2/${repository}/manifests/${digest}`, signal)
    if (!response.ok)
      throw new Error(`The registry answered ${response.status} for the manifest ${repository}@${digest}`)
    const { config, layers } = Manifest.parse(await response.json())
    return { configDigest: config.digest, sizeBytes: layers.reduce((sum, layer) => sum + layer.size, 0) }
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
