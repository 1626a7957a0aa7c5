/*
 * The apply loop with everything around it, on an in-memory engine and in fast time. Targets come from a TargetKeeper
 * that trusts a key of its own, so that what is applied went through the same door as on a board.
 */
import { targetStatement, TargetSchema, type TargetInput } from '@flotilla/contracts'
import type { DeviceMemory, Requests } from '@flotilla/reconcile'
import { createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import type { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { EventRecorder } from '../events.js'
import { Attempts } from '../execute/attempts.js'
import { Executor } from '../execute/executor.js'
import { Observer } from '../execute/observer.js'
import { Repositories } from '../execute/repositories.js'
import { StepRunner } from '../execute/run-step.js'
import { SourceReader, type Sources } from '../execute/sources.js'
import { rawPublicKey } from '../identity.js'
import { ApplyLoop } from '../loops/apply.js'
import { watchEngine } from '../loops/watch-engine.js'
import { MemoryKeeper } from '../memory-keeper.js'
import { RequestsKeeper } from '../requests-keeper.js'
import { StatusBoard } from '../status-board.js'
import type { StoredAttempts, StoredTarget } from '../stored.js'
import { TargetKeeper } from '../target/target-keeper.js'
import { MemoryDocument, MemoryEventSpool, silentLog } from './memory-store.js'

export class ApplyScene {
  readonly events = new MemoryEventSpool()
  readonly attempts = new MemoryDocument<StoredAttempts>()
  readonly memory = new MemoryDocument<DeviceMemory>()
  readonly requests = new MemoryDocument<Requests>()
  /** What the planner is told beside what the engine shows; taken up at the next start. */
  sources: Sources = {}
  board = new StatusBoard()
  private readonly deviceId = randomUUID()
  private readonly hardwareUuid = randomUUID().replaceAll('-', '')
  private readonly key = generateKeyPairSync('ed25519')
  private readonly target = new MemoryDocument<StoredTarget>()
  private readonly repositories = new MemoryDocument<string[]>()
  private generation = 0
  private targets?: TargetKeeper
  private stopping = new AbortController()
  private running: Promise<unknown> = Promise.resolve()

  constructor(private readonly daemon: FakeDaemon) {}

  /** Starts with this as the target in force; undefined: none has come yet. */
  async start(apps: TargetInput['apps'] | undefined): Promise<void> {
    await this.boot()
    if (apps) await this.setTarget(apps)
  }

  async setTarget(apps: TargetInput['apps']): Promise<void> {
    const payload = JSON.stringify(TargetSchema.parse(this.targetOf(apps, ++this.generation)))
    const signature = sign(null, Buffer.from(targetStatement(payload)), this.key.privateKey).toString('base64url')
    await this.targets?.offer({ payload, keyId: 'key', signature }, undefined)
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
    return this.attempts.writes + this.target.writes + this.repositories.writes
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
    const { clock } = this.daemon
    const log = silentLog()
    this.stopping = new AbortController()
    this.board = new StatusBoard()
    const { signal } = this.stopping
    const engine = new FakeEngine(this.deviceId, this.daemon)
    const events = new EventRecorder(this.events, clock, log)
    const publicKey = rawPublicKey(createPublicKey(this.key.privateKey))
    const registration = {
      deviceId: this.deviceId,
      deviceName: 'porch',
      fleetId: randomUUID(),
      targetKeys: [{ id: 'key', publicKey }],
    }
    const targets = new TargetKeeper({ registration, hardwareUuid: this.hardwareUuid }, this.target, events, log)
    const repositories = new Repositories(this.repositories)
    const attempts = new Attempts(this.attempts, clock)
    const memory = new MemoryKeeper(this.memory)
    const requests = new RequestsKeeper(this.requests)
    await Promise.all([targets, repositories, attempts, memory, requests].map((kept) => kept.load()))
    const cloud = { registryToken: () => Promise.resolve({ token: 'token', expiresInSeconds: 300 }) }
    const runner = new StepRunner(engine, cloud, repositories)
    const executor = new Executor({ runner, attempts, events, clock, log }, signal)
    const observer = new Observer({
      ...{ engine, executor, repositories, memory, requests },
      sources: new SourceReader(this.sources, log),
      platform: 'linux/arm64',
    })
    const loop = new ApplyLoop({ observer, executor, targets, board: this.board, clock, log })
    this.targets = targets
    this.running = Promise.all([loop.run(signal), watchEngine(engine, () => loop.wake(), { clock, log }, signal)])
  }
}
