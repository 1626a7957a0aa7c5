import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { Request, Response } from 'express'
import { rememberCredential } from '../http/credential.js'
import { Problem } from '../http/problem.js'
import { PUBLIC_ROUTE } from '../http/public-route.js'
import type { Actor } from './actor.js'
import { AuthService } from './auth.service.js'
import { rememberActor } from './current-actor.js'
import { SessionCookie } from './session-cookie.js'

/** Stands before every route that is not @Public(): lets in who has a session or an API token. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
    private readonly cookie: SessionCookie,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_ROUTE, [context.getHandler(), context.getClass()])) return true
    const http = context.switchToHttp()
    const request = http.getRequest<Request>()
    const response = http.getResponse<Response>()
    const actor = await this.identify(request, response)
    if (!actor) {
      response.setHeader('WWW-Authenticate', 'Bearer realm="flotilla"')
      throw new Problem('not-signed-in', 401, 'Sign in, or send a valid token as `Authorization: Bearer …`.')
    }
    rememberActor(request, { ...actor, ...(request.ip !== undefined && { ip: request.ip }) })
    return true
  }

  private async identify(request: Request, response: Response): Promise<Actor | undefined> {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const [, token] = /^bearer +(\S+)$/i.exec(authorization) ?? []
      if (token === undefined) return undefined
      rememberCredential(request, token)
      return this.auth.actorForToken(token)
    }
    const token = this.cookie.read(request)
    if (token === undefined) return undefined
    if (this.cookie.isForgeable(request)) {
      throw new Problem('foreign-request', 403, "Only the dashboard's own pages may use its session; send a token.")
    }
    rememberCredential(request, token)
    const session = await this.auth.actorForSession(token)
    if (session?.extendedTo) this.cookie.set(response, token, session.extendedTo)
    return session?.actor
  }
}
