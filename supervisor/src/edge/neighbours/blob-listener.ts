/*
 * Serves blobs to those who have the fleet's key, over TLS with that key and no certificates (TLS-PSK, RFC 4279, 5489):
 * it proves each side to the other, and hides from the network what is sent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { Slots } from '../../images/blobs/slots.js'
import type { ByteRange } from '../../images/ports.js'
import type { BlobServer } from '../../neighbours/ports.js'

// Fast without hardware for AES, with forward secrecy. Pre-shared keys of TLS 1.3 are not to be had from Node.
export const PSK_OPTIONS = {
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const

// A board serves few at a time, and lets few wait: the others are told, and find more holders by then.
const MOST_READERS = 4
const MOST_WAITING = 4
const MOST_CONNECTIONS = 64
const SILENCE_MS = 30_000
const PATH = /^\/v1\/(blobs|states)\/(sha256:[0-9a-f]{64})$/

export interface BlobListener {
  port: number
  close(): Promise<void>
}

export async function listenForNeighbours(mark: string, psk: Buffer, blobs: BlobServer): Promise<BlobListener> {
  const readers: Readers = { count: 0, slots: new Slots(MOST_READERS) }
  const pskCallback = (_socket: unknown, identity: string) => (identity === mark ? psk : null)
  const server = createServer({ ...PSK_OPTIONS, pskCallback }, (request, response) => {
    // A reader who leaves early is none of our business.
    answer(blobs, readers, { request, response }).catch(() => response.destroy())
  })
  server.maxConnections = MOST_CONNECTIONS
  server.setTimeout(SILENCE_MS, (socket) => socket.destroy())
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, () => resolve())
  })
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

interface Readers {
  // Those who are served now, and those who come next.
  count: number
  slots: Slots
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

async function answer(blobs: BlobServer, readers: Readers, { request, response }: Exchange): Promise<void> {
  const [, what, digest] = PATH.exec(request.url ?? '') ?? []
  if (request.method !== 'GET' || digest === undefined) return end(response, 404)
  const state = blobs.stateOf(digest)
  if (what === 'states') {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(state.state === 'whole' && isBusy(readers) ? { ...state, busy: true } : state))
    return
  }
  const range = rangeOf(request.headers.range, blobs.sizeOf(digest))
  if (state.state !== 'whole') return end(response, 404)
  if (!range) return end(response, 416)
  readers.count++
  const giveBack = await readers.slots.take(new AbortController().signal)
  try {
    const length = range.last - range.first + 1
    const contentRange = `bytes ${range.first}-${range.last}/${blobs.sizeOf(digest)}`
    response.writeHead(206, { 'content-length': length, 'content-range': contentRange })
    await pipeline(blobs.read(digest, range), response)
  } finally {
    giveBack()
    readers.count--
  }
}

function isBusy({ count }: Readers): boolean {
  return count >= MOST_READERS + MOST_WAITING
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status
  response.end()
}

/** Only what neighbours ask for: `bytes=first-last`, within the blob. */
function rangeOf(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header ?? '') ?? []
  const range = { first: Number(first), last: Number(last) }
  return range.first <= range.last && range.last < sizeBytes ? range : undefined
}
