/*
 * The Engine port on the in-memory engine, for simulations and for tests of everything above the port. It keeps to the
 * same contract suite as Docker.
 */
import { SpoiledError, TerminalError } from '../../errors.js'
import type { EngineImage } from '../../images/ports.js'
import { Wake } from '../../loops/wake.js'
import type {
  ContainerEvidence,
  Engine,
  LogFrame,
  Observation,
  PullOptions,
  RegistryRules,
  StepOf,
  Surroundings,
} from '../../ports.js'
import { asContainer, type FakeContainer } from './fake-container.js'
import type { FakeDaemon, FakeNetwork } from './fake-daemon.js'

// Docker's own lower limit.
const LEAST_MEMORY_BYTES = 6 * 1024 * 1024

export class FakeEngine implements Engine {
  constructor(
    private readonly deviceId: string,
    readonly daemon: FakeDaemon,
  ) {}

  async observe(repositories: readonly string[]): Promise<Observation> {
    await Promise.resolve()
    this.daemon.answer()
    const isOwn = (it: { deviceId: string | undefined }) => it.deviceId === this.deviceId
    return {
      containers: [...this.daemon.containers.values()].filter(isOwn).map(asContainer),
      networks: [...this.daemon.networks.values()].filter(isOwn).map((network) => this.asNetwork(network)),
      volumes: [...this.daemon.volumes.values()]
        .filter(isOwn)
        .map(({ step: { name, appId, key } }) => ({ name, appId, key })),
      images: [...this.daemon.images].filter((image) => repositories.includes(image.slice(0, image.lastIndexOf('@')))),
    }
  }

  async version(): Promise<string> {
    await Promise.resolve()
    this.daemon.answer()
    return 'fake'
  }

  async images(): Promise<EngineImage[]> {
    await Promise.resolve()
    this.daemon.answer()
    return this.daemon.images.list().filter(({ names }) => !names.some((name) => this.daemon.spoiled.has(name)))
  }

  async pullFrom(reference: string, { signal, sizeBytes = 100, onBytes }: PullOptions): Promise<void> {
    const { daemon } = this
    const { boots, images } = daemon
    const served = daemon.served.get(reference)
    await this.write(served ? 'pull-image' : `pull-image ${reference}`, async () => {
      if (served) return images.pull(reference, served, signal)
      if (images.has(reference)) return
      if (!daemon.published.has(reference)) throw new Error(`Could not pull ${reference}: manifest unknown`)
      for (const part of [0.25, 0.5, 0.75, 0.99]) {
        await daemon.clock.sleep(daemon.pullMs / 4, signal)
        signal.throwIfAborted()
        daemon.answer()
        if (daemon.boots !== boots) throw new Error('The engine was restarted')
        onBytes?.(Math.floor(part * sizeBytes), sizeBytes)
      }
      images.add(reference)
    })
  }

  async nameImage(name: string, image: string): Promise<void> {
    await this.write(`name-image ${image}`, () => this.daemon.images.name(name, image))
  }

  async removeName(name: string): Promise<void> {
    await this.write('remove-name', () => this.daemon.images.delete(name))
  }

  async removeImage(image: string): Promise<void> {
    await this.write(`remove-image ${image}`, () => {
      if ([...this.daemon.containers.values()].some(({ step }) => step.spec.image === image)) {
        throw new Error(`Image ${image} is used by a container`)
      }
      this.daemon.images.delete(image)
    })
  }

  async discardImage(image: string): Promise<void> {
    await this.write(`discard-image ${image}`, () => {
      for (const container of this.daemon.containers.values()) {
        if (container.step.spec.image !== image || container.status === 'running') continue
        container.stop()
        this.daemon.containers.delete(container.id)
      }
      this.daemon.images.delete(image)
      this.daemon.spoiled.delete(image)
      this.daemon.changed.notify()
    })
  }

  async createNetwork(step: StepOf<'create-network'>): Promise<void> {
    await this.write(`create-network ${step.name}`, () => {
      const known = [...this.daemon.networks.values()].find((network) => network.step.name === step.name)
      if (!known) {
        const id = this.daemon.newId()
        this.daemon.networks.set(id, { id, deviceId: this.deviceId, step })
      } else if (known.deviceId !== this.deviceId || known.step.specHash !== step.specHash) {
        throw new Error(`Could not create network ${step.name}: there is another one of that name`)
      }
    })
  }

  async removeNetwork(id: string): Promise<void> {
    await this.write(`remove-network ${id}`, () => {
      const network = this.daemon.networks.get(id)
      if (network && this.holders(network).some((container) => container.isRunning)) {
        throw new Error(`Network ${network.step.name} has active endpoints`)
      }
      this.daemon.networks.delete(id)
    })
  }

  async createVolume(step: StepOf<'create-volume'>): Promise<void> {
    await this.write(`create-volume ${step.name}`, () => {
      const known = this.daemon.volumes.get(step.name)
      if (known && known.deviceId !== this.deviceId) throw new Error(`There is already a volume ${step.name}`)
      if (!known) this.daemon.volumes.set(step.name, { deviceId: this.deviceId, step })
    })
  }

  async createContainer(step: StepOf<'create-container'>, surroundings?: Surroundings): Promise<void> {
    await this.write(`create-container ${step.service}`, () => this.create(step, surroundings))
  }

  private create(step: StepOf<'create-container'>, surroundings?: Surroundings): void {
    const known = [...this.daemon.containers.values()].find((container) => container.step.name === step.name)
    if (known) {
      if (known.deviceId === this.deviceId && known.step.specHash === step.specHash) return
      throw new Error(`There is already a container ${step.name} that is not this one`)
    }
    const { spec } = step
    if ((spec.config.memLimitBytes ?? Infinity) < LEAST_MEMORY_BYTES) {
      throw new TerminalError(`The engine refuses container ${step.name}: so little memory`)
    }
    if (!this.daemon.images.has(spec.image)) throw new Error(`No such image: ${spec.image}`)
    if (this.daemon.spoiled.has(spec.image)) throw new SpoiledError('layer does not exist', true)
    const networks = new Set([...this.daemon.networks.values()].map((network) => network.step.name))
    const missing = Object.values(spec.networkNames).find((name) => !networks.has(name))
    if (missing !== undefined) throw new Error(`No such network: ${missing}`)
    this.daemon.addContainer(this.deviceId, step).surroundings = surroundings
  }

  async startContainer(id: string): Promise<void> {
    const container = this.daemon.containers.get(id)
    await this.write(`start-container ${container?.step.service ?? id}`, () => {
      if (!container) throw new Error(`No such container: ${id}`)
      if ([id, container.step.spec.image].some((it) => this.daemon.spoiled.has(it))) {
        throw new SpoiledError('error creating overlay mount: no such file or directory', true)
      }
      if (!container.isRunning) container.start()
    })
  }

  async stopContainer(id: string): Promise<void> {
    const container = this.daemon.containers.get(id)
    await this.write(`stop-container ${container?.step.service ?? id}`, () => {
      if (container?.isRunning) container.stop()
    })
  }

  noteRestart(): void {
    for (const container of this.daemon.containers.values()) container.expectEnd()
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.daemon.containers.get(id)
    await this.write(`remove-container ${container?.step.service ?? id}`, () => {
      if (container?.isRunning) container.stop()
      this.daemon.containers.delete(id)
      this.daemon.changed.notify()
    })
  }

  async removeVolume(name: string): Promise<void> {
    await this.write(`remove-volume ${name}`, () => {
      if ([...this.daemon.containers.values()].some(({ volumes }) => volumes.includes(name))) {
        throw new Error(`Volume ${name} is used by a container`)
      }
      this.daemon.volumes.delete(name)
    })
  }

  async volumePath(name: string): Promise<string> {
    await Promise.resolve()
    this.daemon.answer()
    if (!this.daemon.volumes.has(name)) throw new Error(`No such volume: ${name}`)
    return `/engine/volumes/${name}/_data`
  }

  async dataFolder(): Promise<string> {
    await Promise.resolve()
    this.daemon.answer()
    return '/engine'
  }

  async hasFile(id: string, path: string): Promise<boolean> {
    await Promise.resolve()
    this.daemon.answer()
    return this.daemon.containers.get(id)?.files.has(path) ?? false
  }

  async fileTime(id: string, path: string): Promise<number | undefined> {
    await Promise.resolve()
    this.daemon.answer()
    return this.daemon.containers.get(id)?.files.get(path)
  }

  async evidence(id: string, lines: number): Promise<ContainerEvidence> {
    await Promise.resolve()
    this.daemon.answer()
    const container = this.daemon.containers.get(id)
    if (!container) throw new Error(`No such container: ${id}`)
    const lastLines = container.logged.slice(-lines).map(({ content }) => content.toString())
    const { exitCode, oomKilled } = container
    return { exitCode, ...(oomKilled && { oomKilled }), lastLines }
  }

  async registryRules(): Promise<RegistryRules> {
    await Promise.resolve()
    this.daemon.answer()
    return { insecureHosts: [], insecureNetworks: ['127.0.0.0/8'] }
  }

  async hostAddress(): Promise<string | undefined> {
    await Promise.resolve()
    this.daemon.answer()
    return '172.17.0.1'
  }

  async *changes(signal: AbortSignal): AsyncGenerator<void> {
    for await (const _wake of this.looks(signal)) yield
  }

  async *readLogs(id: string, { since, signal }: { since?: string; signal: AbortSignal }): AsyncGenerator<LogFrame> {
    let next = 0
    for await (const _wake of this.looks(signal)) {
      const container = this.daemon.containers.get(id)
      if (!container) throw new Error(`No such container: ${id}`)
      for (; next < container.logged.length; next++) {
        const frame = container.logged[next]
        if (frame && (since === undefined || Date.parse(frame.at) >= Date.parse(since))) yield frame
      }
      if (container.status !== 'running') return
    }
  }

  /** One at once, and one whenever something has changed. */
  private async *looks(signal: AbortSignal): AsyncGenerator<void> {
    const wake = new Wake()
    const forget = this.daemon.changed.add(() => wake.notify())
    try {
      while (!signal.aborted) {
        this.daemon.answer()
        yield
        await wake.wait(this.daemon.clock, Number.MAX_SAFE_INTEGER, signal)
      }
    } finally {
      forget()
    }
  }

  private async write(description: string, deed: () => void | Promise<void>): Promise<void> {
    await Promise.resolve()
    await this.daemon.write(description, deed)
  }

  private holders(network: FakeNetwork): FakeContainer[] {
    return [...this.daemon.containers.values()].filter(({ networks }) => networks.includes(network.step.name))
  }

  private asNetwork(network: FakeNetwork) {
    const { name, appId, key, specHash } = network.step
    return { id: network.id, name, appId, key, specHash, attached: this.holders(network).map(({ id }) => id) }
  }
}
