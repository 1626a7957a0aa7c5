import { Injectable } from '@nestjs/common'
import type { Request } from 'express'
import { type Actor, AuthService } from '../auth/index.js'
import { type FleetRow, FleetsService } from '../fleets/index.js'
import { Problem } from '../http/problem.js'

/** Why git may not go on; the text is what git shows its user. */
export class GitRefusal extends Error {
  constructor(
    readonly status: 401 | 403 | 404,
    readonly text: string,
  ) {
    super(text)
  }
}

export interface Visit {
  actor: Actor
  fleet: FleetRow
}

/** Who may fetch from and push to the repository of which fleet. */
@Injectable()
export class GitAccess {
  constructor(
    private readonly auth: AuthService,
    private readonly fleets: FleetsService,
  ) {}

  async admit(request: Request, path: { organization: string; fleet: string; pushes: boolean }): Promise<Visit> {
    const actor = await this.identify(request)
    const name = `${path.organization}/${path.fleet}`
    try {
      const { id } = await this.fleets.byPath(path.organization, path.fleet)
      const fleet = await this.fleets.require(actor, id, path.pushes ? 'developer' : 'observer')
      return { actor: { ...actor, ...(request.ip !== undefined && { ip: request.ip }) }, fleet }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.status === 404) {
        throw new GitRefusal(
          404,
          `There is no fleet ${name}, or you may not see it. See your fleets with: flotilla fleet list`,
        )
      }
      throw new GitRefusal(403, error.detail)
    }
  }

  /** The password is an API token; the user name is anything. */
  private async identify(request: Request): Promise<Actor> {
    const [, encoded] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (encoded === undefined) {
      throw new GitRefusal(401, 'Sign in with an API token as the password, or run: flotilla login')
    }
    const text = Buffer.from(encoded, 'base64').toString()
    const actor = await this.auth.actorForToken(text.slice(text.indexOf(':') + 1))
    if (actor) return actor
    throw new GitRefusal(401, 'This API token is not valid (any more). Make a new one, or run: flotilla login')
  }
}
