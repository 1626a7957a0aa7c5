import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { ServerConfig } from '../../config/config.js'
import { fleetRepository, RegistryTokens } from '../../registry-auth/index.js'
import { RegistryRepository } from './registry-repository.js'

const TOKEN_SECONDS = 600
// A request that begins with a token must end with it.
const FRESH_MS = (TOKEN_SECONDS / 2) * 1000

/** The repositories of fleets. */
@Injectable()
export class FleetRegistry {
  constructor(
    private readonly tokens: RegistryTokens,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** For the worker, who may push and delete deltas there. */
  of(fleetId: string, signal?: AbortSignal): RegistryRepository {
    return this.open(fleetId, () => this.tokens.forDeltas(fleetId, TOKEN_SECONDS), signal)
  }

  /** For whoever only looks. */
  reader(fleetId: string, signal?: AbortSignal): RegistryRepository {
    return this.open(fleetId, () => this.tokens.forReading(fleetId, TOKEN_SECONDS), signal)
  }

  private open(fleetId: string, issue: () => Promise<{ token: string }>, signal?: AbortSignal): RegistryRepository {
    let issued: { at: number; token: Promise<string> } | undefined
    const token = () => {
      if (!issued || issued.at + FRESH_MS < Date.now()) {
        issued = { at: Date.now(), token: issue().then((each) => each.token) }
      }
      return issued.token
    }
    const repository = fleetRepository(fleetId)
    return new RegistryRepository({ url: this.config.REGISTRY_URL, repository, token, signal })
  }
}
