import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common'
import type { Request, Response } from 'express'
import { isDatabaseAway } from '../database/database-away.js'
import { isRefusedText } from '../database/refused-text.js'
import { FailureLog } from './failure-log.js'
import { comeBackLater, overloaded } from './gate.js'
import type { KnownRoutes } from './known-routes.js'
import { holdsNul, Problem } from './problem.js'
import { requestId } from './request-id.js'

/** Turns whatever a route throws into an RFC 9457 problem; what is not the caller's fault is logged here, once. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly failures = new FailureLog()

  constructor(private readonly routes: KnownRoutes) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>()
    const response = host.switchToHttp().getResponse<Response>()
    const problem = this.wrongMethod(error, request, response) ?? toProblem(error)
    this.failures.tell(request, error, problem)
    sendProblem(request, response, problem)
  }

  /** The framework says "not found" also where only the method is wrong. */
  private wrongMethod(error: unknown, request: Request, response: Response): Problem | undefined {
    if (!(error instanceof NotFoundException)) return undefined
    const methods = this.routes.methodsAt(request.path)
    if (methods.length === 0) return undefined
    response.setHeader('Allow', methods.join(', '))
    return new Problem('method-not-allowed', 405, `This address takes ${methods.join(', ')} only.`)
  }
}

/** Answers with a problem; of use to handlers outside the framework too. Ends the connection of a stream under way. */
export function sendProblem(request: Request, response: Response, problem: Problem): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (problem.more.retryAfterSeconds !== undefined) response.setHeader('Retry-After', problem.more.retryAfterSeconds)
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem.toJSON(), requestId: requestId(request) }))
}

/** Any error as the problem that may be shown for it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HttpException) return fromHttpException(error)
  const parser = bodyParserProblem(error)
  if (parser) return parser
  if (isRefusedText(error)) {
    return holdsNul()
  }
  if (isPoolFull(error)) return overloaded('Too much is asked of the server at once; come back later.')
  if (isDatabaseAway(error))
    return comeBackLater('database-away', 'The database does not answer; try again in a moment.')
  return new Problem(
    'internal-error',
    500,
    'Something went wrong on the server; try again, and tell the operator the request id.',
  )
}

/** All connections to the database were taken for as long as a request may wait for one. */
function isPoolFull(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect'
}

function fromHttpException(error: HttpException): Problem {
  const status = error.getStatus()
  if (status === 404)
    return new Problem('route-not-found', 404, 'There is nothing at this address; see /api/v1/openapi.json.')
  return (
    bodyParserProblem({ type: (error.cause as { type?: string } | undefined)?.type, status }) ??
    new Problem('bad-request', status, error.message)
  )
}

/** body-parser marks its errors with a type; their own messages may quote the input. */
function bodyParserProblem(error: unknown): Problem | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { type, status } = error as { type?: unknown; status?: unknown }
  switch (type) {
    case 'entity.parse.failed':
      return new Problem('malformed-json', 400, 'The body is not valid JSON.')
    case 'entity.too.large':
      return new Problem('body-too-large', 413, 'The body is larger than this route takes.')
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new Problem('unsupported-encoding', 415, 'Send the body as UTF-8 JSON, plain or with gzip.')
    default:
      break
  }
  if (status === 400) return new Problem('bad-request', 400, 'The request could not be read.')
  return undefined
}
