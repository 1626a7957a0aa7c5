/*
 * The access token: got by signing a challenge of the server, kept in memory, renewed shortly before it runs out by
 * the monotonic clock (the board's date may be years off).
 */
import {
  ChallengeResponseSchema,
  DEVICE_ROUTES,
  TokenResponseSchema,
  tokenStatement,
  type TokenResponse,
} from '@flotilla/contracts'
import type { Identity } from '../../identity.js'
import type { Clock } from '../../ports.js'
import { parseBody, type HttpAnswer } from './http.js'

export class AccessToken {
  private current?: { token: string; renewAt: number }
  private renewal?: Promise<string>

  constructor(
    private readonly post: (path: string, body: object) => Promise<HttpAnswer>,
    private readonly identity: Identity,
    private readonly clock: Clock,
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

  /** The server did not take this token (it may have lost its keys): the next get() asks for another. */
  reject(token: string): void {
    if (this.current?.token === token) this.current = undefined
  }

  private async fetch(): Promise<string> {
    const askedAt = this.clock.monotonic()
    const { accessToken, expiresInSeconds } = await this.request()
    // A tenth early, so that a request on a slow link does not arrive with a token that has just run out.
    this.current = { token: accessToken, renewAt: askedAt + expiresInSeconds * 900 }
    return accessToken
  }

  private async request(): Promise<TokenResponse> {
    const { uuid } = this.identity
    const { challenge } = parseBody(await this.post(DEVICE_ROUTES.challenge, { uuid }), ChallengeResponseSchema)
    const signature = this.identity.sign(tokenStatement({ uuid, challenge }))
    return parseBody(await this.post(DEVICE_ROUTES.token, { uuid, challenge, signature }), TokenResponseSchema)
  }
}
