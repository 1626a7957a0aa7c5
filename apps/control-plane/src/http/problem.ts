import type { ProblemDetails } from '@flotilla/contracts'

/** Something the caller can mend: a stable code, an HTTP status and one sentence that says what to do. Safe to show. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string,
    readonly more: Pick<ProblemDetails, 'issues'> & { retryAfterSeconds?: number } = {},
  ) {
    super(`${code}: ${detail}`)
  }

  toJSON(): ProblemDetails {
    return {
      type: `urn:flotilla:problem:${this.code}`,
      title: titleOf(this.code),
      status: this.status,
      code: this.code,
      detail: this.detail,
      ...(this.more.issues && { issues: this.more.issues }),
    }
  }
}

/** 404 for a thing that is not there, or that the caller may not know of. */
export function notFound(kind: string, id: string): Problem {
  return new Problem(`${kind}-not-found`, 404, `There is no ${kind.replaceAll('-', ' ')} ${id}, or you may not see it.`)
}

function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What Postgres cannot hold, wherever it is found out. */
export function holdsNul(): Problem {
  return new Problem('text-not-storable', 400, 'Some text in the request holds a NUL character; remove it.')
}
