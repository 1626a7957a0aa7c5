import { generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import {
  type ChallengeResponse,
  DEVICE_ROUTES,
  type FleetView,
  type HardwareDescription,
  type Platform,
  type RegisterRequest,
  type RegisterResponse,
  registerStatement,
  type SignedTarget,
  type Target,
  TargetSchema,
  targetStatement,
  type TokenResponse,
  tokenStatement,
} from '@flotilla/contracts'
import type { TestApi, TestUser } from './test-api.js'

export interface TestBoardOptions {
  name?: string
  platform?: Platform
  provisioningKey?: string
}

/** A board with a key pair of its own, which speaks the device contract and checks what it is told. */
export class TestBoard {
  readonly uuid = randomBytes(16).toString('hex')
  readonly description: HardwareDescription
  private readonly privateKey: KeyObject
  private registered: RegisterResponse | undefined
  private token: string | undefined

  constructor(
    private readonly api: TestApi,
    private readonly options: TestBoardOptions = {},
  ) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.privateKey = privateKey
    const { x = '' } = publicKey.export({ format: 'jwk' })
    this.description = { uuid: this.uuid, publicKey: x, platform: options.platform ?? 'linux/amd64' }
  }

  get deviceId(): string {
    return this.registered?.deviceId ?? ''
  }

  sign(statement: string): string {
    return sign(null, Buffer.from(statement), this.privateKey).toString('base64url')
  }

  registerRequest(change: Partial<RegisterRequest> = {}): RegisterRequest {
    const unsigned = {
      protocol: 1,
      hardware: this.description,
      ...(this.options.name !== undefined && { name: this.options.name }),
      ...(this.options.provisioningKey !== undefined && { provisioningKey: this.options.provisioningKey }),
      ...change,
    }
    return { ...unsigned, signature: change.signature ?? this.sign(registerStatement(unsigned)) }
  }

  register(change: Partial<RegisterRequest> = {}): Promise<Response> {
    return this.api.call(undefined, `POST ${DEVICE_ROUTES.register}`, this.registerRequest(change))
  }

  async challenge(): Promise<string> {
    const response = await this.api.call(undefined, `POST ${DEVICE_ROUTES.challenge}`, { uuid: this.uuid })
    return ((await response.json()) as ChallengeResponse).challenge
  }

  answer(challenge: string, signature = this.sign(tokenStatement({ uuid: this.uuid, challenge }))): Promise<Response> {
    return this.api.call(undefined, `POST ${DEVICE_ROUTES.token}`, { uuid: this.uuid, challenge, signature })
  }

  /** Registers and gets an access token; throws where either is refused. */
  async join(): Promise<this> {
    this.registered = (await succeed(await this.register())) as RegisterResponse
    this.token = ((await succeed(await this.answer(await this.challenge()))) as TokenResponse).accessToken
    return this
  }

  accessToken(): string {
    return this.token ?? ''
  }

  /** A request with the access token. */
  call(request: `${string} /${string}`, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const [method = 'GET', path = ''] = request.split(' ')
    return fetch(this.api.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
    })
  }

  poll(etag?: string): Promise<Response> {
    return this.call(`GET ${DEVICE_ROUTES.target}`, undefined, etag === undefined ? {} : { 'If-None-Match': etag })
  }

  /** The target, after its signature was checked with a key that this board was given when it registered. */
  async target(): Promise<Target> {
    const { payload, keyId, signature } = (await succeed(await this.poll())) as SignedTarget
    const x = this.registered?.targetKeys.find((key) => key.id === keyId)?.publicKey
    const key = { key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' } as const
    const valid = verify(null, Buffer.from(targetStatement(payload)), key, Buffer.from(signature, 'base64url'))
    if (!valid) throw new Error('The target has a bad signature')
    return TargetSchema.parse(JSON.parse(payload))
  }
}

export async function createFleet(api: TestApi, user: TestUser, name = randomName()): Promise<FleetView> {
  const body = { organization: user.organization, name }
  return (await succeed(await api.call(user, 'POST /api/v1/fleets', body))) as FleetView
}

export async function createProvisioningKey(
  api: TestApi,
  user: TestUser,
  fleetId: string,
  input: { maxUses?: number; expiresInSeconds?: number } = {},
): Promise<{ id: string; key: string }> {
  const response = await api.call(user, `POST /api/v1/fleets/${fleetId}/provisioning-keys`, input)
  return (await succeed(response)) as { id: string; key: string }
}

/** A board that has joined the fleet. */
export async function joinFleet(
  api: TestApi,
  user: TestUser,
  fleetId: string,
  options: TestBoardOptions = {},
): Promise<TestBoard> {
  const { key } = await createProvisioningKey(api, user, fleetId)
  return new TestBoard(api, { provisioningKey: key, ...options }).join()
}

export async function succeed(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

function randomName(): string {
  return `fleet-${randomBytes(4).toString('hex')}`
}
