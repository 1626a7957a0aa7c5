/*
 * One HTTP exchange with the control plane: a timeout on it all, and every way to fail told as a CloudError. It knows
 * nothing of devices. It does without fetch(), which costs a board 8 MB of memory.
 */
import { ProblemDetailsSchema } from '@flotilla/contracts'
import { once } from 'node:events'
import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as requestHttps } from 'node:https'
import type { z } from 'zod'
import { withAbort } from '../../abort.js'
import { CloudError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  path: string
  token?: string
  headers?: Record<string, string>
  body?: string | Buffer
  // For the whole exchange, the answer's body included.
  timeoutMs?: number
  // Ends the exchange early: the supervisor stops.
  signal?: AbortSignal
  // Told of the time that a good answer carries, in milliseconds since the epoch, and how long it took to come.
  onServerTime?: (serverMs: number, roundTripMs: number) => void
}

export interface HttpAnswer {
  status: number
  // Lower-case names.
  headers: IncomingMessage['headers']
  bytes: Buffer
  readonly text: string
}

const TIMEOUT_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000
// Twice the longest target: whoever sends more is no control plane.
const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024

// A poll and the report that follows it share a connection; between them the radio sleeps.
const plainAgent = new Agent({ keepAlive: true, timeout: 5_000 })
const tlsAgent = new TlsAgent({ keepAlive: true, timeout: 5_000 })

/** Gives 2xx and 304 answers; throws CloudError for all else. */
export async function exchange(serverUrl: string, request: HttpRequest): Promise<HttpAnswer> {
  const askedAt = performance.now()
  const answer = await send(serverUrl, request)
  if ((answer.status < 200 || answer.status >= 300) && answer.status !== 304) throw refusal(request, answer)
  const serverMs = Date.parse(answer.headers.date ?? '')
  if (serverMs > 0 && isOfControlPlane(answer)) request.onServerTime?.(serverMs, performance.now() - askedAt)
  return answer
}

/** A page that somebody on the way puts in its place, to have people log in, comes with a clock of its own. */
function isOfControlPlane({ status, headers }: HttpAnswer): boolean {
  return status === 204 || status === 304 || headers['content-type']?.startsWith('application/json') === true
}

/** The answer's body as this shape. What is not of it was not sent by a control plane, but by something on the way. */
export function parseBody<T>(answer: HttpAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(answer.text))
  if (parsed.success) return parsed.data
  throw new CloudError(
    'The server gave an answer that is not understood',
    { status: answer.status },
    { cause: parsed.error },
  )
}

function send(serverUrl: string, request: HttpRequest): Promise<HttpAnswer> {
  return withAbort(request.signal, async (controller) => {
    const timeoutMs = request.timeoutMs ?? TIMEOUT_MS
    const timer = setTimeout(() => controller.abort(new Error(`No answer within ${timeoutMs / 1000} s`)), timeoutMs)
    try {
      return await attempt(new URL(`${serverUrl}${request.path}`), request, controller.signal)
    } catch (cause) {
      const reason: unknown = controller.signal.aborted ? controller.signal.reason : cause
      throw new CloudError(`Could not reach ${request.method} ${request.path}`, {}, { cause: reason })
    } finally {
      clearTimeout(timer)
    }
  })
}

/** A kept connection may have been closed by the other side just now: that alone says nothing, so a new one is tried. */
async function attempt(url: URL, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const first = open(url, request, signal)
  try {
    return await answerOf(first)
  } catch (error) {
    if (!first.reusedSocket || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    return answerOf(open(url, request, signal))
  }
}

function open(url: URL, { method, body, token, headers }: HttpRequest, signal: AbortSignal): ClientRequest {
  const all = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  }
  const outgoing =
    url.protocol === 'https:'
      ? requestHttps(url, { method, headers: all, signal, agent: tlsAgent })
      : requestHttp(url, { method, headers: all, signal, agent: plainAgent })
  // What breaks off after the answer's head shows in its body; without a listener it would end the process.
  outgoing.on('error', () => undefined)
  return outgoing.end(body)
}

async function answerOf(outgoing: ClientRequest): Promise<HttpAnswer> {
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > LONGEST_ANSWER_BYTES) throw new Error(`The answer is longer than ${LONGEST_ANSWER_BYTES} bytes`)
  }
  const body = Buffer.concat(chunks)
  return {
    ...{ status: answer.statusCode ?? 0, headers: answer.headers, bytes: body },
    get text() {
      return body.toString()
    },
  }
}

function refusal({ method, path }: HttpRequest, { status, headers, text }: HttpAnswer): CloudError {
  const problem = ProblemDetailsSchema.partial().safeParse(parseJson(text))
  const detail = problem.data?.detail ?? problem.data?.title
  return new CloudError(`${method} ${path} answered ${status}${detail === undefined ? '' : `: ${detail}`}`, {
    status,
    code: problem.data?.code,
    retryAfterMs: retryAfterMs(headers['retry-after']),
    isUnread: headers['content-type']?.startsWith('application/problem+json') !== true,
  })
}

/** Seconds only: a board without a clock cannot use the header's other form, a date. */
export function retryAfterMs(header: string | null | undefined): number | undefined {
  if (!header || !/^\d+$/.test(header.trim())) return undefined
  return Math.min(Number(header) * 1000, LONGEST_RETRY_AFTER_MS)
}
