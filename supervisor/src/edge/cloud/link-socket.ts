/*
 * One connection of the link. It ends itself when the other side has gone silent: a NAT that forgot the connection
 * says nothing, and TCP alone would wait for hours.
 */
import { DEVICE_ROUTES, LinkServerMessageSchema } from '@flotilla/contracts'
import { WebSocket } from 'ws'
import { CloudError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'
import type { LinkListener, LinkSocket } from '../../ports.js'
import { retryAfterMs } from './http.js'

const CONNECT_TIMEOUT_MS = 30_000
// Below the shortest idle time of common mobile NATs that still lets the radio sleep.
const PING_MS = 60_000

export interface LinkOptions {
  serverUrl: string
  token: string
  listener: LinkListener
  signal: AbortSignal
  pingMs?: number
}

export function connectLink(options: LinkOptions): Promise<LinkSocket> {
  const { listener, signal } = options
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new CloudError('The supervisor stops', {}))
    const socket = new WebSocket(`${options.serverUrl.replace(/^http/, 'ws')}${DEVICE_ROUTES.link}`, {
      headers: { authorization: `Bearer ${options.token}` },
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      maxPayload: 1024 * 1024,
      perMessageDeflate: false,
    })
    const stop = () => socket.terminate()
    signal.addEventListener('abort', stop, { once: true })
    socket.on('unexpected-response', (_request, response) => {
      const { statusCode: status, headers } = response
      response.resume()
      reject(
        new CloudError(`The link was refused with ${status}`, {
          status,
          retryAfterMs: retryAfterMs(headers['retry-after']),
        }),
      )
      socket.terminate()
    })
    // Before the connection stands this rejects; afterwards 'close' follows and tells the listener.
    socket.on('error', (cause) => reject(new CloudError('Could not open the link', {}, { cause })))
    socket.on('close', () => signal.removeEventListener('abort', stop))
    socket.on('open', () => {
      watchForSilence(socket, options.pingMs ?? PING_MS)
      socket.on('close', (code, reason) => listener.onClose(`${code} ${reason.toString()}`.trim()))
      socket.on('message', (frame: Buffer) => receive(frame, listener))
      resolve({ send: (message) => socket.send(JSON.stringify(message)), close: () => socket.close(1000) })
    })
  })
}

/** Messages of a newer server are not for this supervisor. */
function receive(frame: Buffer, listener: LinkListener): void {
  const message = LinkServerMessageSchema.safeParse(parseJson(frame.toString()))
  if (message.success) listener.onMessage(message.data)
}

function watchForSilence(socket: WebSocket, pingMs: number): void {
  const heard = { since: true }
  const timer = setInterval(() => {
    if (!heard.since) return socket.terminate()
    heard.since = false
    socket.ping()
  }, pingMs)
  const hear = () => (heard.since = true)
  socket.on('pong', hear).on('ping', hear).on('message', hear)
  socket.on('close', () => clearInterval(timer))
}
