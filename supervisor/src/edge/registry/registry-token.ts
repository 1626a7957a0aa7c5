import type { Clock, Cloud } from '../../ports.js'

/** The device's token for the fleet's registry: kept in memory, and renewed shortly before it runs out. */
export class RegistryToken {
  private current?: { token: string; renewAt: number }
  private renewal?: Promise<string>

  constructor(
    private readonly cloud: Pick<Cloud, 'registryToken'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Several who ask at once share one renewal. */
  async get(): Promise<string> {
    if (this.current && this.clock.monotonic() < this.current.renewAt) return this.current.token
    this.renewal ??= this.fetch().finally(() => (this.renewal = undefined))
    return this.renewal
  }

  /** The registry did not take it: it may be of before an image of another repository was wanted. */
  reject(token: string): void {
    if (this.current?.token === token) this.current = undefined
  }

  private async fetch(): Promise<string> {
    const askedAt = this.clock.monotonic()
    const { token, expiresInSeconds } = await this.cloud.registryToken()
    // A tenth early, so that a request on a slow link does not arrive with a token that has just run out.
    this.current = { token, renewAt: askedAt + expiresInSeconds * 900 }
    return token
  }
}
