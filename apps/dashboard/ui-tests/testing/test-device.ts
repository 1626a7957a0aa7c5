import {
  DEVICE_PROTOCOL,
  DEVICE_ROUTES,
  registerStatement,
  tokenStatement,
  type ChallengeResponse,
  type DeviceReportEvent,
  type DeviceState,
  type HardwareDescription,
  type LogLine,
  type Platform,
  type RegisterResponse,
  type TokenResponse,
} from '@flotilla/contracts'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

type NewLine = Omit<LogLine, 'number' | 'at' | 'stream'> & Partial<LogLine>

export interface TestDeviceOptions {
  name: string
  provisioningKey: string
  platform?: Platform
  deviceType?: string
}

/** A board as far as the server can tell: it speaks the device contract, and runs nothing. */
export class TestDevice {
  readonly uuid = randomBytes(16).toString('hex')
  id = ''
  private readonly keys = generateKeyPairSync('ed25519')
  private token = ''
  private reports = 0
  private events = 0
  private lines = 0

  constructor(private readonly url: string) {}

  async register({ name, provisioningKey, platform = 'linux/arm64', deviceType }: TestDeviceOptions): Promise<this> {
    const hardware: HardwareDescription = {
      uuid: this.uuid,
      publicKey: this.publicKey(),
      platform,
      deviceType,
      memoryBytes: 1024 ** 3,
    }
    const signature = this.sign(registerStatement({ hardware, provisioningKey }))
    const request = { protocol: DEVICE_PROTOCOL, provisioningKey, name, hardware, signature }
    const registered = await this.send<RegisterResponse>('POST', DEVICE_ROUTES.register, request)
    this.id = registered.deviceId
    const { uuid } = this
    const { challenge } = await this.send<ChallengeResponse>('POST', DEVICE_ROUTES.challenge, { uuid })
    const answer = { uuid, challenge, signature: this.sign(tokenStatement({ uuid, challenge })) }
    this.token = (await this.send<TokenResponse>('POST', DEVICE_ROUTES.token, answer)).accessToken
    return this
  }

  /** Reports a whole state, and what happened. */
  async report(state: Partial<DeviceState>, events: Pick<DeviceReportEvent, 'kind' | 'detail'>[] = []): Promise<void> {
    const at = new Date().toISOString()
    await this.send('PATCH', DEVICE_ROUTES.report, {
      protocol: DEVICE_PROTOCOL,
      baseline: 0,
      number: ++this.reports,
      at,
      changes: state,
      events: events.map((event) => ({ ...event, at, number: ++this.events })),
    })
  }

  async log(...lines: NewLine[]): Promise<void> {
    const at = new Date().toISOString()
    const numbered = lines.map((line) => ({ at, stream: 'stdout', ...line, number: ++this.lines }))
    await this.send('POST', DEVICE_ROUTES.logs, { protocol: DEVICE_PROTOCOL, lines: numbered })
  }

  private async send<T>(method: string, path: string, body: unknown): Promise<T> {
    const headers = { 'Content-Type': 'application/json', ...(this.token && { Authorization: `Bearer ${this.token}` }) }
    const answer = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  private publicKey(): string {
    // The last 32 bytes of its DER form are the raw key.
    return this.keys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64url')
  }

  private sign(text: string): string {
    return sign(null, Buffer.from(text), this.keys.privateKey).toString('base64url')
  }
}
