/*
 * HTTP for the local API: one listener on one address, with bounds on all that a caller may send or hold. It knows
 * nothing of tokens, and of routes only which take what is too large to be held.
 */
import { BUNDLE_ROUTE } from '@flotilla/contracts'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  LocalProblem,
  problemAnswer,
  type BodyStream,
  type LocalAnswer,
  type LocalRequest,
} from '../../local-api/local-request.js'
import { parseJson } from '../../parse-json.js'
import { drained } from './drained.js'
import { drain, readSteadily } from './request-bytes.js'

export interface LocalListener {
  port: number
  close(): Promise<void>
}

export type HandleRequest = (request: LocalRequest) => Promise<LocalAnswer>

const MOST_BODY_BYTES = 64 * 1024
const MOST_CONNECTIONS = 64
// Of them, for each address: a container that leaks connections must not shut out all others.
const MOST_FROM_ONE = 32
const REQUEST_TIMEOUT_MS = 30_000
// A bundle of hundreds of megabytes; at their pace, however long it takes.
const STREAMED = [BUNDLE_ROUTE]

/** Rejects where the address is not there, or its port taken. Port 0: any free one. */
export async function listen(address: string, port: number, handle: HandleRequest): Promise<LocalListener> {
  const server = createServer({ requestTimeout: 0, headersTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: 5_000 })
  server.maxConnections = MOST_CONNECTIONS
  shareConnections(server)
  server.on('request', (request, response) => void serve(request, response, handle))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => resolve())
  })
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

function shareConnections(server: Server): void {
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    const others = open.get(address) ?? 0
    if (others >= MOST_FROM_ONE) return void socket.destroy()
    open.set(address, others + 1)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function serve(request: IncomingMessage, response: ServerResponse, handle: HandleRequest): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  // A caller that goes away while it is answered is no error of ours.
  response.on('error', () => gone.abort())
  try {
    const answer = await handle(await read(request, gone.signal))
    if (request.complete) await send(response, answer, gone.signal)
    else await sendEarly(request, response, answer)
  } catch (error) {
    if (error instanceof LocalProblem) await send(response, problemAnswer(error), gone.signal)
    response.destroy()
  }
}

async function read(request: IncomingMessage, signal: AbortSignal): Promise<LocalRequest> {
  const url = new URL(request.url ?? '/', 'http://local')
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    token: bearer ?? url.searchParams.get('apikey') ?? undefined,
    accept: request.headers.accept ?? '',
    ...(request.method === 'POST' && STREAMED.includes(url.pathname)
      ? { body: undefined, stream: streamOf(request) }
      : { body: await readBody(request) }),
    signal,
  }
}

function streamOf(request: IncomingMessage): BodyStream {
  const header = (name: string) => [request.headers[name]].flat()[0]
  return { bytes: readSteadily(request), header }
}

/** JSON, whatever it says that it is: wget calls everything a form. Else a form. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  const deadline = setTimeout(() => request.destroy(), REQUEST_TIMEOUT_MS)
  request.once('close', () => clearTimeout(deadline)).once('end', () => clearTimeout(deadline))
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) throw new LocalProblem(413, 'too-large', 'A body has at most 64 KiB.')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString().trim()
  if (text === '') return undefined
  const parsed = parseJson(text)
  if (parsed !== undefined) return parsed
  if (/urlencoded/.test(request.headers['content-type'] ?? '')) return Object.fromEntries(new URLSearchParams(text))
  throw new LocalProblem(400, 'not-json', 'The body is not JSON.')
}

async function send(response: ServerResponse, answer: LocalAnswer, signal: AbortSignal): Promise<void> {
  response.writeHead(answer.status, answer.headers)
  if (answer.body === undefined || typeof answer.body === 'string') return void response.end(answer.body)
  response.flushHeaders()
  for await (const chunk of answer.body) {
    if (signal.aborted) return
    if (!response.write(chunk)) await drained(response)
  }
  response.end()
}

/** The caller is still speaking, and most listen only when they are done; nothing else is taken on this connection. */
async function sendEarly(request: IncomingMessage, response: ServerResponse, answer: LocalAnswer): Promise<void> {
  const body = typeof answer.body === 'string' ? answer.body : ''
  const headers = { connection: 'close', 'content-length': Buffer.byteLength(body) }
  response.writeHead(answer.status, { ...answer.headers, ...headers })
  response.write(body)
  await drain(request)
  response.end()
}
