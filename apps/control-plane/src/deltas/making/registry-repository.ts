import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { anySignal } from 'any-signal'
import { DeltaFailure } from './delta-failure.js'

// For an answer's beginning; what comes after it takes as long as it takes.
const TIMEOUT_MS = 30_000
const LARGEST_DOCUMENT = 4 * 1024 * 1024
const MANIFEST_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ')
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'

export interface RegistryOptions {
  url: string
  // As in fleets/<id>.
  repository: string
  // Asked for before each request: making a delta may outlast a token.
  token: () => Promise<string>
  signal?: AbortSignal
}

/** One repository of the OCI registry. Throws DeltaFailure for what is not there, other errors while it is away. */
export class RegistryRepository {
  constructor(private readonly options: RegistryOptions) {}

  /** A manifest, whole, and what its digest says. */
  async manifest(digest: string): Promise<string> {
    const response = await this.send('GET', `manifests/${digest}`, { headers: { Accept: MANIFEST_TYPES } })
    return this.document('manifest', digest, response)
  }

  /** A small blob, whole, and what its digest says. */
  async smallBlob(digest: string): Promise<string> {
    return this.document('blob', digest, await this.send('GET', `blobs/${digest}`))
  }

  /** The bytes of a blob, unchecked. */
  async blob(digest: string): Promise<Readable> {
    const response = await this.send('GET', `blobs/${digest}`)
    return Readable.fromWeb(bodyOf('blob', digest, response))
  }

  /** A blob, or the part of it that a Range header names: the registry's own answer, 206, 200 or 416. */
  part(digest: string, range: string | undefined): Promise<Response> {
    const headers = { ...(range !== undefined && { Range: range }), 'Accept-Encoding': 'identity' }
    return this.send('GET', `blobs/${digest}`, { headers, passing: [416] })
  }

  async pushBlob(digest: string, content: { file: string; sizeBytes: number } | { text: string }): Promise<void> {
    const known = await this.send('HEAD', `blobs/${digest}`, { passing: [404] })
    if (known.ok) return
    const upload = await this.send('POST', 'blobs/uploads/')
    const location = new URL(upload.headers.get('location') ?? '', upload.url)
    location.searchParams.set('digest', digest)
    const body = 'file' in content ? createReadStream(content.file) : content.text
    const length = 'file' in content ? content.sizeBytes : Buffer.byteLength(content.text)
    await this.send('PUT', location, {
      body: body as RequestInit['body'],
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(length) },
      // All of the body comes before the answer.
      timeoutMs: 30 * 60_000,
    })
  }

  /** Gives its digest. The tag keeps it from being collected. */
  async pushManifest(tag: string, manifest: object): Promise<string> {
    const body = JSON.stringify(manifest)
    await this.send('PUT', `manifests/${tag}`, { body, headers: { 'Content-Type': MANIFEST_TYPE } })
    return digestOf(body)
  }

  /** False where the registry does not let anything be deleted. What is gone already is fine. */
  async delete(kind: 'manifests' | 'blobs', digest: string): Promise<boolean> {
    const response = await this.send('DELETE', `${kind}/${digest}`, { passing: [404, 405] })
    return response.status !== 405
  }

  private async document(kind: string, digest: string, response: Response): Promise<string> {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of Readable.fromWeb(bodyOf(kind, digest, response))) {
      chunks.push(chunk as Uint8Array)
      length += (chunk as Uint8Array).length
      if (length > LARGEST_DOCUMENT) throw new DeltaFailure(`The ${kind} ${digest} is too large to be one.`)
    }
    const text = Buffer.concat(chunks)
    if (digestOf(text) !== digest) throw new DeltaFailure(`The ${kind} ${digest} is not what its digest says.`)
    return text.toString()
  }

  private async send(method: string, path: string | URL, request: RegistryRequest = {}): Promise<Response> {
    const { url, repository, token, signal } = this.options
    const { headers, body, passing = [], timeoutMs = TIMEOUT_MS } = request
    const address = path instanceof URL ? path : `${url}/v2/${repository}/${path}`
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error('The registry does not answer')), timeoutMs)
    try {
      const response = await fetch(address, {
        method,
        headers: { Authorization: `Bearer ${await token()}`, ...headers },
        signal: anySignal([late.signal, signal]),
        ...(body !== undefined && { body, duplex: 'half' }),
      })
      if (response.ok || passing.includes(response.status)) return response
      throw await refusal(method, path, response)
    } catch (cause) {
      signal?.throwIfAborted()
      if (cause instanceof DeltaFailure) throw cause
      throw new Error(`The registry at ${url} cannot be used: ${messageOf(cause)}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }
}

interface RegistryRequest {
  headers?: Record<string, string>
  body?: RequestInit['body']
  // Statuses that are answers, too.
  passing?: number[]
  timeoutMs?: number
}

async function refusal(method: string, path: string | URL, response: Response): Promise<Error> {
  const text = (await response.text().catch(() => '')).slice(0, 300)
  const what = path instanceof URL ? 'an upload' : path
  if (method === 'GET' && response.status === 404) return new DeltaFailure(`The registry does not have ${what}.`)
  return new Error(`it answered ${response.status} to ${method} ${what}: ${text}`)
}

function bodyOf(kind: string, digest: string, { body }: Response): ReadableStream {
  if (!body) throw new Error(`The registry answered without the ${kind} ${digest}`)
  return body
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function messageOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message} (${cause.message})` : message
}
