/*
 * A control plane that real supervisors run against: HTTP and WebSocket on a free loopback port, the whole device
 * contract, real Ed25519 on both sides, and everything in memory. A test puts a target in, looks at what came back, and
 * makes answers fail or get lost. It has no users, fleets or builds.
 */
import {
  ChallengeRequestSchema,
  DeviceCommandBodySchema,
  DeviceCommandResultSchema,
  DEVICE_PROTOCOL,
  DEVICE_ROUTES,
  ImageSourcesRequestSchema,
  LinkDeviceMessageSchema,
  LogBatchSchema,
  NEXT_POLL_HEADER,
  RegisterRequestSchema,
  registerStatement,
  ReportRequestSchema,
  TargetSchema,
  targetStatement,
  TokenRequestSchema,
  tokenStatement,
  type DeviceCommandInput,
  type LinkServerMessage,
  type SignedTarget,
  type TargetInput,
} from '@flotilla/contracts'
import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { WebSocketServer, type WebSocket } from 'ws'
import { isSignedBy, rawPublicKey } from '../identity.js'
import { FakeCloudDevice } from './fake-cloud-device.js'

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

export interface Fault extends Partial<Answer> {
  // The request is carried out, and its answer never arrives.
  isLost?: boolean
}

export class FakeCloud {
  readonly devices = new Map<string, FakeCloudDevice>()
  readonly provisioningKeys = new Set(['key'])
  /** "GET /device/v1/target 304", in order. */
  readonly requests: string[] = []
  /** Asked before each request; what it gives takes the place of the answer. */
  fault: (request: string) => Fault | undefined = () => undefined
  nextPollSeconds = 3600
  /** Of the targets that are made from now on. */
  policy: TargetInput['policy'] = {}
  tokenSeconds = 3600
  /** Bearer tokens in use, each with its board's uuid. */
  readonly tokens = new Map<string, string>()
  private readonly challenges = new Map<string, string>()
  /** Signs targets. */
  readonly key = { id: randomUUID(), ...generateKeyPairSync('ed25519') }
  private readonly links = new Map<WebSocket, string>()
  readonly url: string

  private constructor(
    private readonly server: Server,
    private readonly sockets = new WebSocketServer({ noServer: true }),
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.serve(request, response))
    server.on('upgrade', (request, socket, head) => {
      const uuid = this.tokens.get(bearer(request))
      this.requests.push(`LINK ${uuid === undefined ? 401 : 101}`)
      if (uuid === undefined || this.fault('LINK')) return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
      this.sockets.handleUpgrade(request, socket, head, (link) => this.accept(link, uuid))
    })
  }

  static async start(): Promise<FakeCloud> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new FakeCloud(server)
  }

  async stop(): Promise<void> {
    this.dropLinks()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** The only device; for tests with one board. */
  get device(): FakeCloudDevice {
    const [device, ...others] = this.devices.values()
    if (!device || others.length > 0) throw new Error(`There are ${this.devices.size} devices`)
    return device
  }

  get linkCount(): number {
    return this.links.size
  }

  dropLinks(): void {
    for (const link of this.links.keys()) link.terminate()
  }

  /** Gives a device the next generation of its target, and tells it over the link. */
  deploy(device: FakeCloudDevice, apps: TargetInput['apps']): void {
    const generation = (device.target?.generation ?? 0) + 1
    this.serveTarget(device, this.targetFor(device, apps, generation), generation)
  }

  targetFor(device: FakeCloudDevice, apps: TargetInput['apps'], generation: number): TargetInput {
    const { registration, hardware } = device
    return {
      protocol: DEVICE_PROTOCOL,
      generation,
      device: { id: registration.deviceId, name: registration.deviceName, hardwareUuid: hardware.uuid },
      fleet: { id: registration.fleetId, name: 'fleet', organization: 'acme' },
      apps,
      policy: this.policy,
    }
  }

  /** Serves any target, also one that this device must refuse. */
  serveTarget(device: FakeCloudDevice, target: TargetInput, generation: number): void {
    this.serveSigned(device, this.sign(JSON.stringify(TargetSchema.parse(target))), generation)
  }

  serveSigned(device: FakeCloudDevice, signed: SignedTarget, generation: number): void {
    device.target = { signed, etag: `"${generation}-${randomBytes(4).toString('hex')}"`, generation }
    this.nudge(device, generation)
  }

  sign(payload: string): SignedTarget {
    const signature = sign(null, Buffer.from(targetStatement(payload)), this.key.privateKey).toString('base64url')
    return { payload, keyId: this.key.id, signature }
  }

  nudge(device: FakeCloudDevice, generation: number): void {
    this.say(device, { type: 'target-changed', generation })
  }

  /** Asks something of a device, and tells it over the link. Gives the command's id. */
  command(device: FakeCloudDevice, body: DeviceCommandInput, expiresInMs = 3_600_000): string {
    const id = randomUUID()
    const expiresAt = new Date(Date.now() + expiresInMs).toISOString()
    device.commands.push({ id, body: DeviceCommandBodySchema.parse(body), expiresAt })
    this.say(device, { type: 'commands-waiting' })
    return id
  }

  say(device: FakeCloudDevice, message: LinkServerMessage): void {
    for (const [link, uuid] of this.links) {
      if (uuid === device.hardware.uuid) link.send(JSON.stringify(message))
    }
  }

  private accept(link: WebSocket, uuid: string): void {
    this.links.set(link, uuid)
    link.on('close', () => this.links.delete(link))
    link.on('message', (frame: Buffer) => {
      const hello = LinkDeviceMessageSchema.parse(JSON.parse(frame.toString()))
      const generation = this.devices.get(uuid)?.target?.generation ?? 0
      // What was made while the link was down.
      if (hello.generation < generation) link.send(JSON.stringify({ type: 'target-changed', generation }))
    })
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = `${request.method} ${request.url}`
    const body = await readBody(request)
    const fault = this.fault(name)
    const answer = fault?.status === undefined ? this.answer(name, request, body) : { status: 500, ...fault }
    if (fault?.isLost) return void request.socket.destroy()
    this.requests.push(`${name} ${answer.status}`)
    const { status } = answer
    const isProblem = status >= 400
    response.writeHead(status, {
      'content-type': isProblem ? 'application/problem+json' : 'application/json',
      ...answer.headers,
    })
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  }

  private answer(name: string, request: IncomingMessage, body: unknown): Answer {
    switch (name) {
      case `POST ${DEVICE_ROUTES.register}`:
        return this.register(body)
      case `POST ${DEVICE_ROUTES.challenge}`:
        return this.challenge(body)
      case `POST ${DEVICE_ROUTES.token}`:
        return this.token(body)
    }
    const device = this.devices.get(this.tokens.get(bearer(request)) ?? '')
    if (!device) return problem(401, 'token-invalid', 'Ask for another token.')
    switch (name) {
      case `GET ${DEVICE_ROUTES.target}`:
        return this.target(device, request.headers['if-none-match'])
      case `PATCH ${DEVICE_ROUTES.report}`:
        return { status: 200, body: device.takeReport(ReportRequestSchema.parse(body)) }
      case `POST ${DEVICE_ROUTES.logs}`:
        return { status: 200, body: device.takeLogs(LogBatchSchema.parse(body)) }
      case `POST ${DEVICE_ROUTES.registryToken}`:
        return { status: 200, body: { token: randomBytes(8).toString('hex'), expiresInSeconds: 300 } }
      case `POST ${DEVICE_ROUTES.imageSources}`:
        return { status: 200, body: device.answerImageSources(ImageSourcesRequestSchema.parse(body)) }
      case `GET ${DEVICE_ROUTES.commands}`:
        return { status: 200, body: { commands: device.commands } }
      case `POST ${DEVICE_ROUTES.commandResults}`:
        device.takeCommandResult(DeviceCommandResultSchema.parse(body))
        return { status: 204 }
      default:
        return problem(404, 'not-found', 'There is no such route.')
    }
  }

  /** Idempotent: a board that asks again gets the answer that it may have lost. */
  private register(body: unknown): Answer {
    const request = RegisterRequestSchema.parse(body)
    const { uuid, publicKey } = request.hardware
    if (!isSignedBy(publicKey, registerStatement(request), request.signature)) {
      return problem(403, 'signature-invalid', 'The signature does not fit the key.')
    }
    if (!this.provisioningKeys.has(request.provisioningKey ?? '')) {
      return problem(403, 'provisioning-key-invalid', 'Make another provisioning key.')
    }
    const targetKeys = [{ id: this.key.id, publicKey: rawPublicKey(createPublicKey(this.key.privateKey)) }]
    const deviceName = request.name ?? `board-${uuid.slice(0, 6)}`
    const registration = { deviceId: randomUUID(), deviceName, fleetId: randomUUID(), targetKeys }
    const known = this.devices.get(uuid)
    const device = known ?? new FakeCloudDevice(request.hardware, registration)
    this.devices.set(uuid, device)
    // A fleet without a release has devices with a target without apps.
    if (!known) this.deploy(device, [])
    return { status: 201, body: device.registration }
  }

  private challenge(body: unknown): Answer {
    const { uuid } = ChallengeRequestSchema.parse(body)
    if (!this.devices.has(uuid)) return problem(404, 'hardware-unknown', 'Register first.')
    const challenge = randomBytes(24).toString('base64url')
    this.challenges.set(challenge, uuid)
    return { status: 200, body: { challenge, expiresInSeconds: 60 } }
  }

  /** Each challenge is good for one token, and for the board that asked for it. */
  private token(body: unknown): Answer {
    const request = TokenRequestSchema.parse(body)
    const publicKey = this.devices.get(request.uuid)?.hardware.publicKey ?? ''
    const isKnown = this.challenges.get(request.challenge) === request.uuid
    this.challenges.delete(request.challenge)
    if (!isKnown || !isSignedBy(publicKey, tokenStatement(request), request.signature)) {
      return problem(401, 'challenge-invalid', 'Ask for another challenge.')
    }
    const accessToken = randomBytes(16).toString('hex')
    this.tokens.set(accessToken, request.uuid)
    return { status: 200, body: { accessToken, expiresInSeconds: this.tokenSeconds } }
  }

  private target({ target }: FakeCloudDevice, ifNoneMatch: string | undefined): Answer {
    const headers = { [NEXT_POLL_HEADER]: String(this.nextPollSeconds) }
    if (!target) return problem(404, 'no-target', 'There is no target yet.')
    if (ifNoneMatch === target.etag) return { status: 304, headers: { ...headers, etag: target.etag } }
    return { status: 200, headers: { ...headers, etag: target.etag }, body: target.signed }
  }
}

function problem(status: number, code: string, detail: string): Answer {
  return { status, body: { type: `urn:flotilla:problem:${code}`, title: code, status, code, detail } }
}

function bearer(request: IncomingMessage): string {
  return request.headers.authorization?.replace(/^Bearer /, '') ?? ''
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  if (bytes.length === 0) return undefined
  return JSON.parse((request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString())
}
