/*
 * A token that is kept in memory and renewed shortly before it runs out, by the monotonic clock: the board's date may be
 * years off. It knows nothing of what the token opens.
 */
import type { Clock } from '../../ports.js'

export interface IssuedToken {
  token: string
  expiresInSeconds: number
}

export class ShortLivedToken {
  private current?: { token: string; renewAt: number }
  private renewal?: Promise<string>

  constructor(
    private readonly request: () => Promise<IssuedToken>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Several who ask at once share one renewal. */
  async get(): Promise<string> {
    if (this.current && this.clock.monotonic() < this.current.renewAt) return this.current.token
    return this.renew()
  }

  renew(): Promise<string> {
    this.renewal ??= this.fetch().finally(() => (this.renewal = undefined))
    return this.renewal
  }

  /** It was not taken: the next get() asks for another. */
  reject(token: string): void {
    if (this.current?.token === token) this.current = undefined
  }

  private async fetch(): Promise<string> {
    const askedAt = this.clock.monotonic()
    const { token, expiresInSeconds } = await this.request()
    // A tenth early, so that a request on a slow link does not arrive with a token that has just run out.
    this.current = { token, renewAt: askedAt + expiresInSeconds * 900 }
    return token
  }
}
