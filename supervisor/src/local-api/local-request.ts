import type { z } from 'zod'
import type { Access } from './access.js'

/*
 * A request as the local API sees it, and its answer: plain values, so that routes can be asked without a network.
 */

export interface LocalRequest {
  method: string
  // Without the query.
  path: string
  query: URLSearchParams
  // Bearer token of the header, or ?apikey=.
  token?: string
  accept: string
  // Parsed JSON or form; undefined: none.
  body: unknown
  // A body that is too large to be held, where the route takes it as it comes; `body` is undefined then.
  stream?: BodyStream
  // Aborts when the caller has gone.
  signal: AbortSignal
}

export interface BodyStream {
  // Rejects where the caller goes away in the middle, and with a LocalProblem where it is all but silent.
  bytes: AsyncIterable<Uint8Array>
  /** Of the request; names in lower case. */
  header: (name: string) => string | undefined
}

export interface LocalAnswer {
  status: number
  headers?: Record<string, string>
  // A stream goes on until it ends or the caller goes.
  body?: string | AsyncIterable<string | Uint8Array>
}

/** A request that found its route. */
export interface Asked extends LocalRequest {
  // Who asks. On open routes, and only there, nobody.
  caller: Access
  params: Record<string, string>
}

/** The caller's to mend. `code` is stable, for programs. */
export class LocalProblem extends Error {
  override name = 'LocalProblem'

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(detail)
  }
}

export function json(status: number, value: unknown): LocalAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` }
}

export function text(status: number, value: string): LocalAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: value }
}

/** RFC 9457. */
export function problemAnswer({ status, code, message: detail, more }: LocalProblem): LocalAnswer {
  const body = { type: `urn:flotilla:problem:${code}`, title: code, status, code, detail, ...more }
  return { ...json(status, body), headers: { 'content-type': 'application/problem+json' } }
}

/** The body as this shape; a missing one counts as {}. */
export function bodyOf<T>({ body }: LocalRequest, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: `/${path.join('/')}`, message }))
  const [first] = issues
  throw new LocalProblem(400, 'invalid-input', `The body is not right at ${first?.path}: ${first?.message}.`, {
    issues,
  })
}
