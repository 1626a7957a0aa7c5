import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'

const ids = new WeakMap<object, string>()

/** The id that names a request in logs and problems. */
export function requestId(request: object): string {
  const known = ids.get(request)
  if (known) return known
  const id = randomUUID()
  ids.set(request, id)
  return id
}

export function answerWithRequestId(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('X-Request-Id', requestId(request))
  next()
}
