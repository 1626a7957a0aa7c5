/*
 * The apply loop with everything around it, on an in-memory engine and in fast time. Targets come from a TargetKeeper
 * that trusts a key of its own, so that what is applied went through the same door as on a board.
 */
import { targetStatement, TargetSchema, type TargetInput } from '@flotilla/contracts'
import { createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { makeApplyLoop, openCore, type Membership } from '../core.js'
import type { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { EventRecorder } from '../events.js'
import { rawPublicKey } from '../identity.js'
import { watchEngine } from '../loops/watch-engine.js'
import type { Core, MakePart } from '../part.js'
import type { Cloud, Logger } from '../ports.js'
import { StatusBoard } from '../status-board.js'
import { TimeKeeper } from '../time/time-keeper.js'
import { MemoryStore, silentLog } from './memory-store.js'

export class ApplyScene {
  readonly store = new MemoryStore()
  readonly events = this.store.events
  readonly attempts = this.store.attempts
  board = new StatusBoard()
  core?: Core
  /** What the device does beside running its target; taken up at the next start. */
  parts: MakePart[] = []
  private readonly deviceId = randomUUID()
  private readonly hardwareUuid = randomUUID().replaceAll('-', '')
  private readonly key = generateKeyPairSync('ed25519')
  private generation = 0
  private stopping = new AbortController()
  private running: Promise<unknown> = Promise.resolve()

  constructor(private readonly daemon: FakeDaemon) {}

  /** Starts with this as the target in force; undefined: none has come yet. */
  async start(apps: TargetInput['apps'] | undefined): Promise<void> {
    await this.boot()
    if (apps) await this.setTarget(apps)
  }

  async setTarget(apps: TargetInput['apps'], change: Partial<TargetInput> = {}): Promise<void> {
    const target = { ...this.targetOf(apps, ++this.generation), ...change }
    const payload = JSON.stringify(TargetSchema.parse(target))
    const signature = sign(null, Buffer.from(targetStatement(payload)), this.key.privateKey).toString('base64url')
    await this.core?.targets.offer({ payload, keyId: 'key', signature }, undefined)
  }

  /** The supervisor ends and starts anew; engine and disk stay. */
  async restart(): Promise<void> {
    await this.stop()
    await this.boot()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.running
  }

  diskWrites(): number {
    const { attempts, target, repositories, memory, requests } = this.store
    return [attempts, target, repositories, memory, requests].reduce((sum, { writes }) => sum + writes, 0)
  }

  targetOf(apps: TargetInput['apps'], generation: number): TargetInput {
    return {
      protocol: 1,
      generation,
      device: { id: this.deviceId, name: 'porch', hardwareUuid: this.hardwareUuid },
      fleet: { id: randomUUID(), name: 'weather', organization: 'acme' },
      apps,
    }
  }

  private async boot(): Promise<void> {
    const log = silentLog()
    this.stopping = new AbortController()
    const { signal } = this.stopping
    const clock = new TimeKeeper(this.daemon.clock, 'boot', this.store.bootTimes)
    const member = this.member(clock, log)
    const opened = await openCore(member, signal)
    this.core = opened.core
    this.board = opened.core.board
    const loop = makeApplyLoop(member, opened)
    this.running = Promise.all([
      loop.run(signal),
      watchEngine(opened.core.engine, () => loop.wake(), { clock, log }, signal),
      ...(opened.part.loops ?? []).map((run) => run(signal)),
    ])
  }

  private member(clock: TimeKeeper, log: Logger): Membership {
    const targetKeys = [{ id: 'key', publicKey: rawPublicKey(createPublicKey(this.key.privateKey)) }]
    const cloud = {
      registryToken: () => Promise.resolve({ token: 'token', expiresInSeconds: 300 }),
      fetchCommands: () => Promise.resolve([]),
    } as Partial<Cloud> as Cloud
    return {
      world: {
        ...{ clock: this.daemon.clock, log, store: this.store, parts: this.parts },
        host: { board: () => ({ platform: 'linux/arm64' }), facts: () => ({ bootId: 'boot' }) },
        cloud: () => cloud,
        engine: (deviceId) => new FakeEngine(deviceId, this.daemon),
      },
      options: { pollMs: 1 },
      ...{ clock, cloud },
      identity: { uuid: this.hardwareUuid, publicKey: '', sign: () => '' },
      events: new EventRecorder(this.events, clock, log),
      registration: { deviceId: this.deviceId, deviceName: 'porch', fleetId: randomUUID(), targetKeys },
    }
  }
}
