import type { components } from './generated/schema.js'

type Problem = components['schemas']['Problem']

/** An answer that is no success, as an error: `code` is for programs, the message for people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'

  private constructor(
    message: string,
    readonly status: number,
    /** `unexpected-answer` where something else than Flotilla answered, a proxy for instance. */
    readonly code: string,
    /** The whole problem; absent for an unexpected answer. */
    readonly problem?: Problem,
  ) {
    super(message)
  }

  get detail(): string {
    return this.message
  }

  static from(response: Response, body: unknown): ApiProblem {
    if (isProblem(body)) return new ApiProblem(body.detail, response.status, body.code, body)
    const message = `The server answered ${response.status} in a way that Flotilla does not.`
    return new ApiProblem(message, response.status, 'unexpected-answer')
  }
}

/** The data of an answer; throws an ApiProblem where it is none. */
export async function unwrap<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await request
  // A 204 has no data, and its type says so.
  if (response.ok) return data as T
  throw ApiProblem.from(response, error)
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false
  const { code, detail, status } = body as Partial<Problem>
  return typeof code === 'string' && typeof detail === 'string' && typeof status === 'number'
}
