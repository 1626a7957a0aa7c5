import { HardwareUuidSchema } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, AuthService } from '../auth/index.js'
import { FleetsService } from '../fleets/index.js'
import { DeviceAccess } from '../hardware/index.js'
import { Problem } from '../http/problem.js'
import { actionsOfRole, narrow } from './registry-access.policy.js'
import { fleetOfRepository, parseScope, type RegistryAccess } from './registry-scope.js'
import { type RegistryToken, RegistryTokens } from './registry-tokens.service.js'

export interface Credentials {
  username: string
  password: string
}

const TOKEN_SECONDS = 300

/** The registry's token service: what of the requested scopes the bearer of some credentials may have. */
@Injectable()
export class RegistryAuthService {
  constructor(
    private readonly auth: AuthService,
    private readonly devices: DeviceAccess,
    private readonly fleets: FleetsService,
    private readonly tokens: RegistryTokens,
  ) {}

  /**
   * Without credentials the token allows nothing: the registry then answers what is missing, as clients expect. Wrong
   * credentials are refused.
   */
  async tokenFor(credentials: Credentials | undefined, scopes: readonly string[]): Promise<RegistryToken> {
    if (!credentials) return this.tokens.sign('', [], TOKEN_SECONDS)
    if (HardwareUuidSchema.safeParse(credentials.username).success) return this.tokenForBoard(credentials)
    const actor = await this.auth.actorForToken(credentials.password)
    if (!actor) {
      throw new Problem('not-signed-in', 401, 'Sign in to the registry with an API token of Flotilla as the password.')
    }
    return this.tokens.sign(actor.label, await this.access(actor, scopes), TOKEN_SECONDS)
  }

  /** A board signs in with its uuid and its access token, and may pull its fleet's images, whatever it asks for. */
  private async tokenForBoard({ username, password }: Credentials): Promise<RegistryToken> {
    const device = await this.devices.identify(`Bearer ${password}`)
    if (device.hardwareUuid !== username) {
      throw new Problem('token-invalid', 401, 'The access token belongs to another board.')
    }
    return this.tokens.forDevice(device)
  }

  private async access(actor: Actor, scopes: readonly string[]): Promise<RegistryAccess[]> {
    const granted = await Promise.all(
      scopes.map(async (scope) => {
        const requested = parseScope(scope)
        return requested && narrow(requested, actionsOfRole(await this.roleIn(actor, requested.name)))
      }),
    )
    return granted.filter((access) => access !== undefined)
  }

  private async roleIn(actor: Actor, repository: string) {
    const fleetId = fleetOfRepository(repository)
    if (fleetId === undefined) return undefined
    const fleet = await this.fleets.get(fleetId).catch(absentWhereNotFound)
    return fleet && actor.roles.get(fleet.organizationId)
  }
}

function absentWhereNotFound(error: unknown): undefined {
  if (!(error instanceof Problem && error.status === 404)) throw error
}
