/*
 * Images over HTTP as a registry gives them, by somebody who counts what he sends and breaks off where a test says so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FakeImageRegistry } from './fake-image-registry.js'

const PIECE_BYTES = 16 * 1024

export class ImageOrigin {
  readonly images = new FakeImageRegistry()
  /** Bytes that went out of each blob and manifest, by digest. */
  readonly sent = new Map<string, number>()
  /** The link is cut after so many bytes of blobs, each time that so many have gone. */
  cutEvery = Infinity
  /** Nobody is reached. */
  isCut = false
  /** Told of each piece that goes out. */
  onPiece: () => void = () => undefined
  private untilCut = Infinity
  private readonly server = createServer((request, response) => void this.answer(request, response))

  private constructor() {}

  static async start(): Promise<ImageOrigin> {
    const origin = new ImageOrigin()
    await new Promise<void>((resolve) => origin.server.listen(0, '127.0.0.1', resolve))
    return origin
  }

  // host:port
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Of all, or of these. */
  bytesSent(digests: readonly string[] = [...this.sent.keys()]): number {
    return digests.reduce((sum, digest) => sum + (this.sent.get(digest) ?? 0), 0)
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isCut) return void request.socket.destroy()
    const [, kind, digest = ''] = /\/(manifests|blobs)\/(sha256:[0-9a-f]{64})$/.exec(request.url ?? '') ?? []
    const content = (kind === 'manifests' ? this.images.manifests : this.images.blobs).get(digest)
    if (!content) return void response.writeHead(request.url === '/v2/' ? 200 : 404).end()
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const type = kind === 'manifests' ? (JSON.parse(content.toString()) as { mediaType: string }).mediaType : ''
    const part = first === undefined ? content : content.subarray(Number(first), Number(last) + 1)
    response.writeHead(first === undefined ? 200 : 206, {
      'content-type': type || 'application/octet-stream',
      'content-length': part.length,
      ...(first !== undefined && { 'content-range': `bytes ${first}-${last}/${content.length}` }),
    })
    if (request.method === 'HEAD') return void response.end()
    await this.send(response, part, digest)
  }

  private async send(response: ServerResponse, content: Buffer, digest: string): Promise<void> {
    for (let position = 0; position < content.length && !response.destroyed;) {
      this.untilCut = Math.min(this.untilCut, this.cutEvery)
      const piece = content.subarray(position, position + Math.min(PIECE_BYTES, this.untilCut))
      await new Promise((resolve) => response.write(piece, resolve))
      this.sent.set(digest, (this.sent.get(digest) ?? 0) + piece.length)
      position += piece.length
      this.untilCut -= piece.length
      this.onPiece()
      if (this.untilCut > 0 && !this.isCut) continue
      this.untilCut = this.cutEvery
      // With what it was given first, and then without a word.
      return void response.socket?.end()
    }
    response.end()
  }
}
