import { refusal, type RegistryClient } from './registry-client.js'

export interface Blob {
  digest: string
  sizeBytes: number
  read(offset: number, length: number): Promise<Buffer>
}

// What a broken connection may cost, and what is held in memory.
const PIECE_BYTES = 8 * 1024 ** 2
// A slow link takes minutes for a piece: 20 kB/s still gets through.
const PIECE_TIMEOUT_MS = 400_000

/** One blob on its way into a repository. Run again after an error, it goes on with what the registry has of it. */
export class BlobUpload {
  sent = 0
  private location: string | undefined

  constructor(
    private readonly registry: RegistryClient,
    private readonly repository: string,
    private readonly blob: Blob,
  ) {}

  async run(onProgress: (sentBytes: number) => void, signal: AbortSignal): Promise<void> {
    const { digest, sizeBytes } = this.blob
    if (await this.registry.hasBlob(this.repository, digest, signal)) return onProgress(sizeBytes)
    let location = await this.begin(signal)
    while (sizeBytes - this.sent > PIECE_BYTES) {
      location = await this.send(location, PIECE_BYTES, signal)
      onProgress(this.sent)
    }
    await this.finish(location, signal)
    onProgress(sizeBytes)
  }

  /** Where the upload goes on, and from which byte. */
  private async begin(signal: AbortSignal): Promise<string> {
    if (this.location !== undefined) {
      const response = await this.registry.request(this.location, {}, signal)
      const [, last] = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '') ?? []
      // `0-0` stands for nothing as well as for one byte.
      if (response.status === 204 && last !== undefined)
        return this.moveTo(response, last === '0' ? 0 : Number(last) + 1)
    }
    this.location = undefined
    const path = `/v2/${this.repository}/blobs/uploads/`
    const response = await this.registry.request(path, { method: 'POST' }, signal)
    if (response.status !== 202) throw await refusal(response, path)
    return this.moveTo(response, 0)
  }

  private async send(location: string, length: number, signal: AbortSignal): Promise<string> {
    const body = await this.blob.read(this.sent, length)
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Content-Range': `${this.sent}-${this.sent + body.length - 1}`,
    }
    const request = { method: 'PATCH' as const, headers, body, timeoutMs: PIECE_TIMEOUT_MS }
    const response = await this.registry.request(location, request, signal)
    if (!response.ok) throw await refusal(response, location)
    return this.moveTo(response, this.sent + body.length)
  }

  private async finish(location: string, signal: AbortSignal): Promise<void> {
    const { digest, sizeBytes } = this.blob
    const body = await this.blob.read(this.sent, sizeBytes - this.sent)
    const address = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`
    const headers = { 'Content-Type': 'application/octet-stream' }
    const request = { method: 'PUT' as const, headers, body, timeoutMs: PIECE_TIMEOUT_MS }
    const response = await this.registry.request(address, request, signal)
    if (response.ok) return
    // Bytes that do not make the digest are of no use for another try.
    this.location = undefined
    throw await refusal(response, address)
  }

  private moveTo(response: Response, sent: number): string {
    const location = response.headers.get('location')
    if (location === null) throw new Error('The registry took up an upload without saying where it goes on')
    this.location = location
    this.sent = sent
    return location
  }
}
