/*
 * One HTTP exchange with the control plane: a timeout on it all, and every way to fail told as a CloudError. It knows
 * nothing of devices.
 */
import { ProblemDetailsSchema } from '@flotilla/contracts'
import type { z } from 'zod'
import { withAbort } from '../../abort.js'
import { CloudError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  token?: string
  headers?: Record<string, string>
  body?: string | Buffer
  // For the whole exchange, the answer's body included.
  timeoutMs?: number
  // Ends the exchange early: the supervisor stops.
  signal?: AbortSignal
}

export interface HttpAnswer {
  status: number
  headers: Headers
  text: string
}

const TIMEOUT_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000

/** Gives 2xx and 304 answers; throws CloudError for all else. */
export async function exchange(serverUrl: string, request: HttpRequest): Promise<HttpAnswer> {
  const answer = await send(serverUrl, request)
  if ((answer.status >= 200 && answer.status < 300) || answer.status === 304) return answer
  throw refusal(request, answer)
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
      const response = await fetch(`${serverUrl}${request.path}`, fetchOptions(request, controller.signal))
      return { status: response.status, headers: response.headers, text: await response.text() }
    } catch (cause) {
      throw new CloudError(`Could not reach ${request.method} ${request.path}`, {}, { cause })
    } finally {
      clearTimeout(timer)
    }
  })
}

function fetchOptions({ method, body, token, headers }: HttpRequest, signal: AbortSignal): RequestInit {
  return {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body,
    // A redirect would turn a POST into a GET, and is most often a captive portal's.
    redirect: 'manual',
    signal,
  }
}

function refusal({ method, path }: HttpRequest, { status, headers, text }: HttpAnswer): CloudError {
  const problem = ProblemDetailsSchema.partial().safeParse(parseJson(text))
  const detail = problem.data?.detail ?? problem.data?.title
  return new CloudError(`${method} ${path} answered ${status}${detail === undefined ? '' : `: ${detail}`}`, {
    status,
    code: problem.data?.code,
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
  })
}

/** Seconds only: a board without a clock cannot use the header's other form, a date. */
export function retryAfterMs(header: string | null | undefined): number | undefined {
  if (!header || !/^\d+$/.test(header.trim())) return undefined
  return Math.min(Number(header) * 1000, LONGEST_RETRY_AFTER_MS)
}
