/*
 * A registry for the engine of this machine alone: on 127.0.0.1, listening only while something is being pulled, under
 * names that nobody can guess. It reads what the distribution API needs for a pull by digest, and writes nothing.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import {
  LOCAL_REPOSITORY,
  type LocalRegistry,
  type ServedBlob,
  type ServedImage,
  type Serving,
} from '../../images/local-registry.js'
import type { ByteRange } from '../../images/ports.js'

interface Entry {
  image: ServedImage
  wasAsked: boolean
}

const NAME_BYTES = 16
const PATH = new RegExp(`^/v2/${LOCAL_REPOSITORY}/([0-9a-f]+)/(manifests|blobs)/(sha256:[0-9a-f]{64})$`)
const LOOPBACK = /^(::ffff:)?127\.|^::1$/

export class LoopbackRegistry implements LocalRegistry {
  // By name.
  private readonly entries = new Map<string, Entry>()
  private listening?: Promise<Server>

  async serve(image: ServedImage): Promise<Serving> {
    const name = randomBytes(NAME_BYTES).toString('hex')
    const entry = { image, wasAsked: false }
    this.entries.set(name, entry)
    try {
      this.listening ??= listen((request, response) => void this.answer(request, response))
      const { port } = (await this.listening).address() as AddressInfo
      return {
        reference: `127.0.0.1:${port}/${LOCAL_REPOSITORY}/${name}@${image.manifest.digest}`,
        get wasAsked() {
          return entry.wasAsked
        },
        end: () => this.end(name),
      }
    } catch (cause) {
      this.end(name)
      throw new Error('Could not open a registry for the engine', { cause })
    }
  }

  private end(name: string): void {
    this.entries.delete(name)
    if (this.entries.size > 0) return
    const { listening } = this
    this.listening = undefined
    listening?.then(
      (server) => {
        server.close()
        server.closeAllConnections()
      },
      () => undefined,
    )
  }

  /** Never rejects: what cannot be answered is broken off. */
  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isLocal = LOOPBACK.test(request.socket.remoteAddress ?? '')
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    if (!isLocal || !isReading) return refuse(response, isLocal ? 405 : 403, 'UNSUPPORTED')
    if (request.url === '/v2/' || request.url === '/v2') return send(response, request, JSON_TYPE, Buffer.from('{}'))
    const [, name = '', kind, digest = ''] = PATH.exec(request.url ?? '') ?? []
    const entry = this.entries.get(name)
    if (!entry) return refuse(response, 404, 'NAME_UNKNOWN')
    entry.wasAsked = true
    const { manifest } = entry.image
    if (kind === 'blobs') return answerBlob(entry.image, digest, request, response)
    if (digest !== manifest.digest) return refuse(response, 404, 'MANIFEST_UNKNOWN')
    response.setHeader('docker-content-digest', digest)
    send(response, request, manifest.mediaType, manifest.bytes)
  }
}

const JSON_TYPE = 'application/json'

async function answerBlob(
  image: ServedImage,
  digest: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // An engine that has gone shows in what is written to it.
  response.on('error', () => undefined)
  try {
    const blob = await image.open(digest)
    if (!blob) return refuse(response, 404, 'BLOB_UNKNOWN')
    response.setHeader('docker-content-digest', digest)
    const read: ServedBlob['read'] = (range) => telling(blob.read(range), image.onFailure)
    await sendBlob({ sizeBytes: blob.sizeBytes, read }, request, response)
  } catch {
    // Also where the engine has gone: then it will ask again, or has no more use for it.
    response.destroy()
  }
}

/** Not of those who stop reading. */
async function* telling<T>(source: AsyncIterable<T>, onFailure: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield* source
  } catch (error) {
    onFailure(error)
    throw error
  }
}

async function sendBlob(blob: ServedBlob, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const range = rangeOf(request.headers.range, blob.sizeBytes)
  if (range === 'none') return refuse(response, 416, 'RANGE_INVALID')
  const { first, last } = range ?? { first: 0, last: blob.sizeBytes - 1 }
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'content-length': last - first + 1,
    ...(range && { 'content-range': `bytes ${first}-${last}/${blob.sizeBytes}` }),
  })
  if (request.method === 'HEAD' || last < first) return void response.end()
  for await (const piece of blob.read({ first, last })) await written(response, piece)
  response.end()
}

/** Resolves when the piece's memory is free again; rejects where the engine has gone. */
function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Node never tells of what is written between the end of a connection and this event.
    const gone = () => reject(new Error('The engine has gone'))
    response.once('close', gone)
    response.write(piece, (error) => {
      response.off('close', gone)
      if (error) reject(error)
      else resolve()
    })
  })
}

/** Undefined: all of it. Engines ask for the rest of what they have begun, and for nothing else. */
function rangeOf(header: string | undefined, sizeBytes: number): ByteRange | 'none' | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined) return undefined
  const range = { first: Number(first), last: last ? Math.min(Number(last), sizeBytes - 1) : sizeBytes - 1 }
  return range.first <= range.last ? range : 'none'
}

function send(response: ServerResponse, { method }: IncomingMessage, type: string, bytes: Buffer): void {
  response.writeHead(200, { 'content-type': type, 'content-length': bytes.length })
  response.end(method === 'HEAD' ? undefined : bytes)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': JSON_TYPE })
  response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replace('_', ' ') }] }))
}

function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(answer).once('error', reject)
    // Engines try TLS first, and take this for no.
    server.on('clientError', (_error, socket: Socket) => socket.destroy())
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}
