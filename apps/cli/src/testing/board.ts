import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  type ChallengeResponse,
  DEVICE_PROTOCOL,
  DEVICE_ROUTES,
  type DeviceCommandBody,
  type DeviceCommandResult,
  DeviceCommandsSchema,
  type DeviceState,
  type RegisterResponse,
  registerStatement,
  SNAPSHOT_DIGEST_HEADER,
  type SnapshotUpload,
  type SnapshotUploadResponse,
  type TokenResponse,
  tokenStatement,
} from '@flotilla/contracts'

export interface BoardOptions {
  server: string
  provisioningKey: string
  name?: string
  uuid?: string
}

/** A board that speaks the device contract, so that there is something to look at. */
export class Board {
  readonly uuid: string
  private readonly privateKey: KeyObject
  private readonly publicKey: string
  private token = ''
  private reports = 0
  private lines = 0

  constructor(private readonly options: BoardOptions) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.privateKey = privateKey
    this.publicKey = publicKey.export({ format: 'jwk' }).x ?? ''
    this.uuid = options.uuid ?? randomBytes(16).toString('hex')
  }

  /** Registers and signs in; gives the id of the device. */
  async join(): Promise<string> {
    const { provisioningKey, name } = this.options
    const hardware = { uuid: this.uuid, publicKey: this.publicKey, platform: 'linux/arm64' as const }
    const signature = this.sign(registerStatement({ hardware, provisioningKey }))
    const request = { protocol: DEVICE_PROTOCOL, provisioningKey, name, hardware, signature }
    const { deviceId } = await this.post<RegisterResponse>(DEVICE_ROUTES.register, request)
    const { challenge } = await this.post<ChallengeResponse>(DEVICE_ROUTES.challenge, { uuid: this.uuid })
    const answer = { uuid: this.uuid, challenge, signature: this.sign(tokenStatement({ uuid: this.uuid, challenge })) }
    this.token = (await this.post<TokenResponse>(DEVICE_ROUTES.token, answer)).accessToken
    return deviceId
  }

  /** Reports everything anew. */
  async report(state: DeviceState): Promise<void> {
    await this.send('PATCH', DEVICE_ROUTES.report, {
      protocol: DEVICE_PROTOCOL,
      baseline: 0,
      number: ++this.reports,
      at: new Date().toISOString(),
      changes: state,
    })
  }

  async log(service: string, ...texts: string[]): Promise<void> {
    const at = new Date().toISOString()
    const lines = texts.map((text) => ({ number: ++this.lines, at, service, stream: 'stdout', text }))
    await this.post(DEVICE_ROUTES.logs, { protocol: DEVICE_PROTOCOL, lines })
  }

  /** Carries out the commands that wait for it, until the signal; `carryOut` says what came of each. */
  async obey(
    carryOut: (body: DeviceCommandBody) => Promise<Pick<DeviceCommandResult, 'status' | 'detail'>>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const response = await this.send('GET', DEVICE_ROUTES.commands)
      for (const { id, body } of DeviceCommandsSchema.parse(await response.json()).commands) {
        const result: DeviceCommandResult = { id, at: new Date().toISOString(), ...(await carryOut(body)) }
        await this.post(DEVICE_ROUTES.commandResults, result)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Sends the sealed text of a snapshot whole; `seal` makes it with the key that the server gives. */
  async upload(id: string, upload: SnapshotUpload, seal: (key: Buffer) => Buffer): Promise<void> {
    const path = `${DEVICE_ROUTES.snapshots}/${id}`
    const { key } = await this.post<SnapshotUploadResponse>(path, upload)
    const bytes = seal(Buffer.from(key, 'base64url'))
    await this.send('PUT', path, bytes, {
      'Content-Type': 'application/octet-stream',
      'Content-Range': `bytes 0-${bytes.length - 1}/${bytes.length}`,
      [SNAPSHOT_DIGEST_HEADER]: createHash('sha256').update(bytes).digest('hex'),
    })
  }

  private sign(statement: string): string {
    return sign(null, Buffer.from(statement), this.privateKey).toString('base64url')
  }

  private async post<T>(path: string, body: unknown): Promise<T> {
    const text = await (await this.send('POST', path, body)).text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { 'Content-Type': 'application/json' },
  ): Promise<Response> {
    const response = await fetch(this.options.server + path, {
      method,
      headers: { ...headers, ...(this.token && { Authorization: `Bearer ${this.token}` }) },
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response
  }
}
