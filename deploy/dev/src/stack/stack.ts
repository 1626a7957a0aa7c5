import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureDatabase } from '../postgres/databases.js'
import { startPostgres } from '../postgres/postgres.js'
import { freePort } from '../processes/ports.js'
import type { RunningProcess } from '../processes/process.js'
import { startRegistry, type RunningRegistry } from '../registry.js'
import type { ServerProgram, StackOptions, StackSettings } from './options.js'
import { keptSecret } from './secrets.js'
import { migrate, startServerProgram, type FirstAdmin } from './server-processes.js'
import { startStackDevice, type StackDevice, type StackDeviceOptions } from './stack-device.js'

const SERVER_PROGRAMS = ['api', 'worker', 'builder'] as const

/** A whole Flotilla of built programs, running. */
export interface Stack {
  /** Of the api, the dashboard and git. */
  url: string
  registryUrl: string
  databaseUrl: string
  /** Only where this start made it. */
  admin?: FirstAdmin
  /** A supervisor on an engine; ends with the stack. */
  addDevice(device: StackDeviceOptions): Promise<StackDevice>
  process(program: ServerProgram): RunningProcess | undefined
  /** Starts a program again that crashed or was stopped through its process. */
  startProgram(program: ServerProgram): Promise<void>
  stop(): Promise<void>
}

/** Starts Postgres, registry, api, worker and builder, in this order, and gives them when all of them are ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stack = new RunningStack(options)
  try {
    await stack.start()
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

class RunningStack implements Stack {
  admin?: FirstAdmin
  private settings?: StackSettings
  private readonly programs = new Map<ServerProgram, RunningProcess>()
  private readonly devices: StackDevice[] = []
  // In the order of their start; stopped from the last to the first.
  private readonly servers: { stop(): Promise<void> }[] = []

  constructor(private readonly options: StackOptions) {}

  async start(): Promise<void> {
    const settings = await this.prepare()
    this.settings = settings
    this.admin = await migrate(settings, this.options)
    if (!this.givenRegistry) this.servers.push(await this.startRegistry(settings))
    // All to their end: a program that is still starting when another fails has to be stopped too.
    const started = await Promise.allSettled(SERVER_PROGRAMS.map((program) => this.startProgram(program)))
    for (const result of started) if (result.status === 'rejected') throw result.reason
  }

  get url(): string {
    return this.ready.publicUrl
  }

  get registryUrl(): string {
    return this.ready.registryUrl
  }

  get databaseUrl(): string {
    return this.ready.databaseUrl
  }

  process(program: ServerProgram): RunningProcess | undefined {
    return this.programs.get(program)
  }

  async startProgram(program: ServerProgram): Promise<void> {
    this.programs.set(program, await startServerProgram(program, this.ready, this.options))
  }

  async addDevice(options: StackDeviceOptions): Promise<StackDevice> {
    const device = await startStackDevice(options, this.ready, this.options)
    this.devices.push(device)
    return device
  }

  async stop(): Promise<void> {
    await Promise.all(this.devices.splice(0).map((device) => device.stop()))
    await Promise.all([...this.programs.values()].map((program) => program.stop()))
    for (const server of this.servers.splice(0).reverse()) await server.stop()
  }

  private get ready(): StackSettings {
    if (!this.settings) throw new Error('The stack has not started.')
    return this.settings
  }

  private get givenRegistry(): string | undefined {
    return this.options.registryUrl ?? process.env.REGISTRY_URL
  }

  private async prepare(): Promise<StackSettings> {
    const { ports = {}, address = '127.0.0.1', environment = {} } = this.options
    const dataDir = resolve(this.options.dataDir)
    mkdirSync(dataDir, { recursive: true })
    const databaseUrl = await this.startDatabase(dataDir)
    const listen = address === '127.0.0.1' ? address : '0.0.0.0'
    const apiPort = ports.api ?? (await freePort(listen))
    const registryPort = ports.registry ?? (await freePort(listen))
    return {
      dataDir,
      address,
      listen,
      apiPort,
      publicUrl: `http://${address}:${apiPort}`,
      databaseUrl,
      redisUrl: this.options.redisUrl ?? process.env.REDIS_URL,
      registryUrl: this.givenRegistry ?? `http://${address}:${registryPort}`,
      certificateFile: join(dataDir, 'registry', 'certificates.pem'),
      queuePassword: keptSecret(dataDir, 'build-queue-password'),
      dockerHost: this.options.dockerHost,
      environment,
    }
  }

  private async startDatabase(dataDir: string): Promise<string> {
    const { databaseUrl, ports, onCrash } = this.options
    const given = databaseUrl ?? process.env.DATABASE_URL
    if (given) return given
    const logFile = join(dataDir, 'logs', 'postgres.log')
    const postgres = await startPostgres({
      dataDir: join(dataDir, 'postgres'),
      port: ports?.postgres,
      logFile,
      onCrash,
    })
    this.servers.push(postgres)
    return ensureDatabase(postgres.url, 'flotilla')
  }

  private startRegistry({
    dataDir,
    listen,
    registryUrl,
    publicUrl,
    certificateFile,
  }: StackSettings): Promise<RunningRegistry> {
    const realm = `${publicUrl}/registry/v1/token`
    return startRegistry({
      dataDir: join(dataDir, 'registry'),
      port: Number(new URL(registryUrl).port),
      listen,
      auth: { realm, service: 'flotilla-registry', issuer: 'flotilla', certificateFile },
      logFile: join(dataDir, 'logs', 'registry.log'),
      onCrash: this.options.onCrash,
    })
  }
}
