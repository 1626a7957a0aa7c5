/*
 * The in-memory engine itself: what several devices, and people by hand, may have put on it. Tests and simulations look
 * into it and make it fail.
 */
import type { ContainerSpec } from '@flotilla/reconcile'
import { createHash } from 'node:crypto'
import type { ServedImage } from '../../images/local-registry.js'
import { Listeners } from '../../listeners.js'
import type { Clock, StepOf } from '../../ports.js'
import { FakeContainer, type Program } from './fake-container.js'
import { FakeImages } from './fake-images.js'

export interface FakeNetwork {
  id: string
  deviceId: string
  step: StepOf<'create-network'>
}

export interface FakeVolume {
  deviceId: string
  step: StepOf<'create-volume'>
}

export interface FakeDaemonOptions {
  program?: (spec: ContainerSpec) => Program
  // How long a download takes.
  pullMs?: number
}

export class FakeDaemon {
  readonly changed = new Listeners()
  readonly containers = new Map<string, FakeContainer>()
  readonly networks = new Map<string, FakeNetwork>()
  readonly volumes = new Map<string, FakeVolume>()
  readonly images = new FakeImages()
  /** By reference: what registries of this machine serve. */
  readonly served = new Map<string, ServedImage>()
  /** Images and containers (by id) that a power cut has spoiled: listed, and of no use. */
  readonly spoiled = new Set<string>()
  /** What the registry has. */
  readonly published = new Set<string>()
  /** Every call that changes, or would change, something: "create-container web". */
  readonly writes: string[] = []
  /** Asked before each write; what it gives is thrown. */
  failure: (write: string) => Error | undefined = () => undefined
  /** Told of the moment before each write and of the one after it: "before create-container web". It may throw. */
  moment: (what: string) => void = () => undefined
  /** The engine does not answer. */
  isDown = false
  /** How often the power has gone. */
  boots = 0
  /** How long a download of its own takes. */
  pullMs: number
  private readonly program: (spec: ContainerSpec) => Program
  private created = 0

  constructor(
    readonly clock: Clock,
    options: FakeDaemonOptions = {},
  ) {
    this.program = options.program ?? (() => ({}))
    this.pullMs = options.pullMs ?? 0
  }

  /** An id as the engine makes them: 64 hex digits. */
  newId(): string {
    return createHash('sha256').update(`fake ${++this.created}`).digest('hex')
  }

  addContainer(deviceId: string | undefined, step: StepOf<'create-container'>): FakeContainer {
    const container = new FakeContainer(this.newId(), deviceId, step, { program: this.program, clock: this.clock })
    this.containers.set(container.id, container)
    container.changed.add(() => this.changed.notify())
    this.changed.notify()
    return container
  }

  /** The container of a device's service; where there are several, the newest. */
  containerOf(service: string, deviceId?: string): FakeContainer | undefined {
    const all = [...this.containers.values()].filter((it) => it.step.service === service)
    return all.findLast((it) => deviceId === undefined || it.deviceId === deviceId)
  }

  answer(): void {
    if (this.isDown) throw new Error('The engine does not answer')
  }

  async write(description: string, deed: () => void | Promise<void>): Promise<void> {
    this.answer()
    this.moment(`before ${description}`)
    this.writes.push(description)
    const failure = this.failure(description)
    if (failure) throw failure
    await deed()
    this.moment(`after ${description}`)
  }

  /** Containers die where they stand, downloads end, and the engine is silent. */
  cutPower(): void {
    this.isDown = true
    this.boots++
    for (const container of this.containers.values()) container.losePower()
    this.changed.notify()
  }

  /** The engine is back, and starts by itself what its restart policies say. */
  restorePower(): void {
    this.isDown = false
    for (const container of this.containers.values()) container.regainPower()
    this.changed.notify()
  }
}
