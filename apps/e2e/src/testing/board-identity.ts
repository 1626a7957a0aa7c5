import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { unwrap } from '@flotilla/api-client'
import {
  ChallengeResponseSchema,
  DEVICE_PROTOCOL,
  registerStatement,
  TokenResponseSchema,
  tokenStatement,
} from '@flotilla/contracts'
import type { Fleet, World } from './world.js'

/** A board's credentials in the test's own hands, to try what a curious board could try. */
export class BoardIdentity {
  private constructor(
    private readonly serverUrl: string,
    readonly uuid: string,
    private readonly privateKey: KeyObject,
  ) {}

  static async register(world: World, fleet: Fleet, name: string): Promise<BoardIdentity> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const { x = '' } = publicKey.export({ format: 'jwk' })
    const params = { path: { id: fleet.id } }
    const { key } = await unwrap(world.api.POST('/api/v1/fleets/{id}/provisioning-keys', { params, body: { name } }))
    const hardware = { uuid: randomBytes(16).toString('hex'), publicKey: x, platform: 'linux/amd64' as const }
    const request = { protocol: DEVICE_PROTOCOL, provisioningKey: key, name, hardware }
    const identity = new BoardIdentity(world.stack.url, hardware.uuid, privateKey)
    await identity.post('register', { ...request, signature: identity.sign(registerStatement(request)) })
    return identity
  }

  async accessToken(): Promise<string> {
    const { uuid } = this
    const { challenge } = ChallengeResponseSchema.parse(await this.post('challenge', { uuid }))
    const signature = this.sign(tokenStatement({ uuid, challenge }))
    return TokenResponseSchema.parse(await this.post('token', { uuid, challenge, signature })).accessToken
  }

  private sign(statement: string): string {
    return sign(null, Buffer.from(statement), this.privateKey).toString('base64url')
  }

  private async post(route: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.serverUrl}/device/v1/${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
}
