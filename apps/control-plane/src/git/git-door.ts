import { Injectable, type NestMiddleware } from '@nestjs/common'
import type { NextFunction, Request, Response } from 'express'
import { FailureLog } from '../http/failure-log.js'
import { toProblem } from '../http/problem.filter.js'
import { GitAccess, GitRefusal } from './git-access.service.js'
import { GitHost } from './git-host.service.js'
import { parseGitRequest } from './git-request.js'

/**
 * The smart HTTP doors: /git/<organization>/<fleet>.git/…. In front of the framework, because bodies are as large as
 * repositories and answers as long as builds. Errors are plain text: git shows them to its user.
 */
@Injectable()
export class GitDoor implements NestMiddleware {
  private readonly failures = new FailureLog()

  constructor(
    private readonly access: GitAccess,
    private readonly host: GitHost,
  ) {}

  async use(request: Request, response: Response, next: NextFunction): Promise<void> {
    const asked = parseGitRequest(request)
    if (!asked) return next()
    try {
      const visit = await this.access.admit(request, asked)
      await this.host.serve({ request, response }, asked, visit)
    } catch (error) {
      if (error instanceof GitRefusal) return refuse(response, error)
      this.fail(request, response, error)
    }
  }

  private fail(request: Request, response: Response, error: unknown): void {
    const problem = toProblem(error)
    this.failures.tell(request, error, problem)
    if (response.headersSent) return void response.destroy()
    const isPutOff = problem.status === 503
    if (isPutOff) response.setHeader('Retry-After', problem.more.retryAfterSeconds ?? 0)
    const text = isPutOff ? problem.detail : 'Something went wrong on the server; try again.'
    response
      .status(isPutOff ? 503 : 500)
      .type('text/plain')
      .send(`${text}\n`)
  }
}

function refuse(response: Response, { status, text }: GitRefusal): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="Flotilla", charset="UTF-8"')
  response.setHeader('Cache-Control', 'no-cache')
  response.status(status).type('text/plain').send(`${text}\n`)
}
