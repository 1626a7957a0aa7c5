import { createHash } from 'node:crypto'
import { DigestSchema } from '@flotilla/contracts'
import { anySignal } from 'any-signal'
import { z } from 'zod'
import { BuildFailure } from '../build-failure.js'
import type { ImageConfig } from '../layers/image-config.js'

const TIMEOUT_MS = 20_000
export const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json'
const MANIFEST_TYPES = [MANIFEST_TYPE, 'application/vnd.oci.image.manifest.v1+json'].join(', ')

const LayerDescriptorSchema = z.object({
  mediaType: z.string(),
  digest: DigestSchema,
  size: z.int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
})
export type LayerDescriptor = z.infer<typeof LayerDescriptorSchema>

const ManifestSchema = z.object({
  config: z.object({ digest: DigestSchema, size: z.int().nonnegative() }),
  layers: z.array(LayerDescriptorSchema),
})

/** An image as the registry holds it. */
export interface RegistryImage {
  digest: string
  manifest: z.infer<typeof ManifestSchema>
  config: ImageConfig
}

export interface RegistryRequest {
  // GET unless said otherwise.
  method?: 'HEAD' | 'POST' | 'PATCH' | 'PUT'
  headers?: Record<string, string>
  body?: Buffer
  timeoutMs?: number
}

/** The OCI registry that a build may push to, with the token of its order. */
export class RegistryClient {
  private readonly url: string

  constructor(private readonly registry: { host: string; token: string; url?: string }) {
    this.url = registry.url ?? `${isLoopback(registry.host) ? 'http' : 'https'}://${registry.host}`
  }

  /** Throws an ordinary error while the registry is away, a BuildFailure where it refuses the build's token. */
  async check(signal: AbortSignal): Promise<void> {
    const response = await this.request('/v2/', {}, signal)
    if (response.status === 401 || response.status === 403) {
      throw new BuildFailure(
        'registry-refused',
        'The registry does not accept tokens of this control plane; its rootcertbundle, issuer or service is not the one that main.migrate wrote.',
      )
    }
    if (!response.ok) throw new Error(`The registry at ${this.url} answered ${response.status}`)
  }

  /** Undefined where the registry does not have it (any more). */
  async readImage(repository: string, digest: string, signal: AbortSignal): Promise<RegistryImage | undefined> {
    const text = await this.readText(`/v2/${repository}/manifests/${digest}`, signal)
    if (text === undefined) return undefined
    const manifest = ManifestSchema.parse(JSON.parse(text))
    const config = await this.readText(`/v2/${repository}/blobs/${manifest.config.digest}`, signal)
    return config === undefined ? undefined : { digest, manifest, config: JSON.parse(config) as ImageConfig }
  }

  async hasBlob(repository: string, digest: string, signal: AbortSignal): Promise<boolean> {
    const path = `/v2/${repository}/blobs/${digest}`
    const response = await this.request(path, { method: 'HEAD' }, signal)
    if (!response.ok && response.status !== 404) throw await refusal(response, path)
    return response.ok
  }

  /** Gives the manifest's digest. */
  async putManifest(repository: string, tag: string, manifest: object, signal: AbortSignal): Promise<string> {
    const body = Buffer.from(JSON.stringify(manifest))
    const path = `/v2/${repository}/manifests/${tag}`
    const headers = { 'Content-Type': MANIFEST_TYPE }
    const response = await this.request(path, { method: 'PUT', headers, body }, signal)
    if (!response.ok) throw await refusal(response, path)
    return `sha256:${createHash('sha256').update(body).digest('hex')}`
  }

  /** `path`: from the registry's root, or an address that it gave. Throws only where no answer comes. */
  async request(path: string, request: RegistryRequest, signal: AbortSignal): Promise<Response> {
    const { headers, timeoutMs = TIMEOUT_MS, ...rest } = request
    const address = new URL(path, this.url)
    const own = new URL(this.url)
    // Behind a proxy a registry may not know how it was reached; and nobody else gets the token.
    if (address.host === own.host) address.protocol = own.protocol
    const token = address.origin === own.origin && { Authorization: `Bearer ${this.registry.token}` }
    try {
      return await fetch(address, {
        ...rest,
        headers: { ...token, Accept: MANIFEST_TYPES, ...headers },
        signal: anySignal([signal, AbortSignal.timeout(timeoutMs)]),
      })
    } catch (cause) {
      signal.throwIfAborted()
      throw new Error(`The registry at ${this.url} cannot be reached`, { cause })
    }
  }

  private async readText(path: string, signal: AbortSignal): Promise<string | undefined> {
    const response = await this.request(path, {}, signal)
    if (response.status === 404) return undefined
    if (!response.ok) throw await refusal(response, path)
    return response.text()
  }
}

/** What the registry says of a request that it did not take. */
export async function refusal(response: Response, path: string): Promise<Error> {
  const text = (await response.text()).trim().slice(0, 500)
  return new Error(`The registry answered ${response.status} to ${path}${text === '' ? '' : `: ${text}`}`)
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host)
}
