import { isNativeError } from 'node:util/types'

/**
 * The step can never succeed as the target has it (a mount path that the engine refuses, say): it is not tried again
 * until the target changes.
 */
export class TerminalError extends Error {
  override name = 'TerminalError'
}

/**
 * The engine has what it was asked to use, and cannot use it: a power cut has spoiled the image or the container. Where
 * that is not certain, the release may simply be wrong.
 */
export class SpoiledError extends Error {
  override name = 'SpoiledError'

  constructor(
    message: string,
    readonly isCertain: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/**
 * The engine itself is at fault: it holds something for nobody that the container needs, and lets go of it only when it
 * is restarted. It says nothing of the release.
 */
export class EngineFaultError extends Error {
  override name = 'EngineFaultError'
}

/** The control plane answered with an error, or not at all. */
export class CloudError extends Error {
  override name = 'CloudError'

  constructor(
    message: string,
    readonly facts: {
      // Absent: no answer.
      status?: number
      // The problem's stable code, where the answer was one.
      code?: string
      // How long the server asked to be left alone.
      retryAfterMs?: number
      // No control plane has read the request: the answer is of something on the way, or the request was never sent.
      isUnread?: boolean
    },
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  /** True where the server read what it was sent and will never take it, however often it comes. */
  get isUnwanted(): boolean {
    const { status, isUnread } = this.facts
    // A proxy that lets no more than so much through never will.
    if (status === 413) return true
    return !isUnread && (status === 400 || status === 422)
  }

  /** True where the server says that there is no such thing; a proxy that cannot reach it may say so too. */
  get isUnknown(): boolean {
    return this.facts.status === 404 && !this.facts.isUnread
  }
}

/** The error itself, or the one that it comes of, of this kind. */
export function findCause<T extends Error>(error: unknown, kind: abstract new (...args: never[]) => T): T | undefined {
  if (error instanceof kind) return error
  return error instanceof Error && error.cause !== undefined ? findCause(error.cause, kind) : undefined
}

/** The message of an error with those of its causes: "Could not pull x: connection refused". */
export function describeError(error: unknown): string {
  // Not instanceof: errors of another realm (a VM context) are errors too.
  if (!isNativeError(error)) return String(error)
  // fetch and sockets say "fetch failed" and AggregateErrors nothing at all; the cause holds what happened.
  const own = error.message.trim() || error.name
  const inner: unknown = error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined)
  return inner === undefined ? own : `${own}: ${describeError(inner)}`
}

/** The text of an error as it is kept and reported: one that quotes a whole build log must not fill disk and link. */
export function shortError(error: unknown, maxLength = 1000): string {
  const text = describeError(error)
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`
}
