/*
 * A control plane without HTTP: the device contract as function calls, over a link that a simulation can take away. It
 * holds what a server would know of one board.
 */
import { DEVICE_PROTOCOL, type Bundle, type RegisterResponse, type TargetInput } from '@flotilla/contracts'
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { CloudError } from '../errors.js'
import { rawPublicKey } from '../identity.js'
import type { Cloud, LinkListener } from '../ports.js'
import { blobsOfImages, bundleEntries, describeBundle, signTarget, tarOf } from '../testing/bundle-files.js'
import { digestOf } from '../testing/fake-image-registry.js'
import { FakeCloudDevice } from '../testing/fake-cloud-device.js'
import { FAKE_IMAGES } from '../testing/targets.js'

// One for all boards of a run: making a key takes longer than a board's whole day.
const KEY = { id: 'key', ...generateKeyPairSync('ed25519') }
const PUBLIC_KEY = rawPublicKey(createPublicKey(KEY.privateKey))

export type SimApps = TargetInput['apps']
export type SimPolicy = TargetInput['policy']

export class SimCloud {
  /** False: nothing that the board sends arrives anywhere. */
  isReachable = true
  device?: FakeCloudDevice
  private generation = 0
  private wanted: Partial<TargetInput> = { apps: [] }
  private listener?: LinkListener

  /** What the board should run from now on; `change` holds further members of the target. */
  deploy(apps: SimApps, change: Partial<TargetInput> = {}): void {
    this.generation++
    this.wanted = { ...change, apps }
    if (this.isReachable) this.listener?.onMessage({ type: 'target-changed', generation: this.generation })
  }

  /** A file with what the board should run now and all its images, as it would be made for it alone; or with less in it. */
  bundle(change: Partial<Bundle> = {}, hasBlob: (digest: string) => boolean = () => true): Buffer {
    const { hardware } = this.registered()
    const target = this.target()
    const images = target.apps.flatMap(({ services }) => Object.values(services).map(({ image }) => image.digest))
    const content = {
      key: KEY,
      description: describeBundle(target, change),
      targets: { [hardware.uuid]: signTarget(target, KEY) },
      blobs: blobsOfImages(FAKE_IMAGES, images).filter(({ bytes }) => hasBlob(digestOf(bytes))),
    }
    return tarOf(bundleEntries(content))
  }

  cutLink(): void {
    this.isReachable = false
    this.loseLink()
  }

  mendLink(): void {
    this.isReachable = true
  }

  /** The board is gone, and with it its end of the link. */
  loseLink(): void {
    const { listener } = this
    this.listener = undefined
    listener?.onClose('cut')
  }

  /** Nothing of a simulation goes to object storage, or replaces the supervisor. */
  connect(): Omit<Cloud, 'snapshots' | 'download'> {
    const device = () => this.registered()
    return {
      greet: () => this.reach(),
      register: async ({ hardware }) => {
        await this.reach()
        const registration: RegisterResponse = {
          deviceId: this.device?.registration.deviceId ?? randomUUID(),
          deviceName: 'porch',
          fleetId: randomUUID(),
          targetKeys: [{ id: KEY.id, publicKey: PUBLIC_KEY }],
        }
        this.device ??= new FakeCloudDevice(hardware, registration)
        return this.device.registration
      },
      fetchTarget: async (etag) => {
        await this.reach()
        const current = `"${this.generation}"`
        if (etag === current) return {}
        return { changed: { signed: signTarget(this.target(), KEY), etag: current } }
      },
      sendReport: (report) => this.reach().then(() => device().takeReport(report)),
      sendLogs: (batch) => this.reach().then(() => device().takeLogs(batch)),
      registryToken: () => this.reach().then(() => ({ token: 'token', expiresInSeconds: 300 })),
      imageSources: (request) => this.reach().then(() => device().answerImageSources(request)),
      fetchCommands: () => this.reach().then(() => []),
      sendCommandResult: (result) => this.reach().then(() => device().takeCommandResult(result)),
      openLink: async (listener, signal) => {
        await this.reach()
        this.listener = listener
        if (signal.aborted) queueMicrotask(() => this.loseLink())
        signal.addEventListener('abort', () => this.loseLink(), { once: true })
        return { send: () => undefined, close: () => this.loseLink() }
      },
    }
  }

  private async reach(): Promise<void> {
    await Promise.resolve()
    if (!this.isReachable) throw new CloudError('The control plane does not answer', {})
  }

  private registered(): FakeCloudDevice {
    if (!this.device) throw new CloudError('unknown', { status: 401 })
    return this.device
  }

  private target(): TargetInput {
    const { registration, hardware } = this.registered()
    return {
      protocol: DEVICE_PROTOCOL,
      generation: this.generation,
      device: { id: registration.deviceId, name: registration.deviceName, hardwareUuid: hardware.uuid },
      fleet: { id: registration.fleetId, name: 'fleet', organization: 'acme' },
      apps: [],
      ...this.wanted,
    }
  }
}
