import Docker from 'dockerode'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findProgram } from '../processes/credentials.js'
import { startProcess, type ProcessExit, type ProcessOptions, type RunningProcess } from '../processes/process.js'
import { run } from '../processes/run.js'
import { createBridge, type Bridge } from './bridge.js'
import { makeRunFolder, makeTemporaryFolder } from './names.js'
import { killUsersOf, removeEngineFolder, removeRemains, unmountBelow } from './remains.js'

export interface EngineOptions {
  name?: string
  /** Images, containers and volumes; kept over stops. Absent: a temporary folder. */
  dataDir?: string
  socket?: string
  /**
   * private: a bridge without a way out, that gets along with every other engine of the machine. nat: Docker's usual
   * bridge and its firewall rules, which only one engine of a network namespace can have.
   */
  network?: 'private' | 'nat'
  /** Registries that speak plain http, `host:port` or a subnet; 127.0.0.0/8 is always one. */
  insecureRegistries?: string[]
  networkNamespace?: string
  /** Program that runs containers in the place of runc. */
  runtime?: string
  logFile?: string
  onCrash?: (exit: ProcessExit) => void
}

export interface RunningEngine {
  /** For DOCKER_HOST. */
  dockerHost: string
  socket: string
  docker: Docker
  /** Restarts the engine in good order, from whatever shell; containers end, and start by their restart policy. */
  restartCommand: string
  /** A power cut for the engine: it ends at once, with its containers. `start` goes on with the same data. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** A Docker engine of our own, with a containerd of its own. Needs root. */
export async function startEngine(options: EngineOptions = {}): Promise<RunningEngine> {
  if (process.getuid?.() !== 0)
    throw new Error('Starting a Docker engine needs root. Start Docker, or run this as root.')
  await removeRemains()
  const bridge = options.network === 'nat' ? undefined : await createBridge()
  const engine = new ChildEngine(options, bridge)
  try {
    await engine.start()
    return engine
  } catch (error) {
    await engine.stop()
    throw error
  }
}

class ChildEngine implements RunningEngine {
  readonly socket: string
  readonly docker: Docker
  private readonly runFolder = makeRunFolder()
  private readonly dataFolder: string
  private containerd?: RunningProcess
  private dockerd?: RunningProcess
  private restarted: Promise<void> = Promise.resolve()

  constructor(
    private readonly options: EngineOptions,
    private bridge?: Bridge,
  ) {
    this.dataFolder = options.dataDir ? resolve(options.dataDir) : makeTemporaryFolder()
    this.socket = options.socket ? resolve(options.socket) : join(this.runFolder, 'docker.sock')
    this.docker = new Docker({ socketPath: this.socket })
  }

  get dockerHost(): string {
    return `unix://${this.socket}`
  }

  get restartCommand(): string {
    return `pid=$(cat ${this.pidFile}) && kill $pid && while kill -0 $pid 2>/dev/null; do sleep 0.1; done`
  }

  async start(): Promise<void> {
    this.containerd = await this.startContainerd()
    this.dockerd = await this.startDockerd()
  }

  async kill(): Promise<void> {
    await killUsersOf(this.runFolder)
    await this.restarted
    await Promise.all([this.dockerd?.stop(), this.containerd?.stop()])
  }

  async stop(): Promise<void> {
    await this.restarted
    const bridges = await this.bridgesOfNetworks()
    await this.dockerd?.stop()
    await this.containerd?.stop()
    await killUsersOf(this.runFolder)
    for (const name of bridges) await run('ip', 'link', 'delete', name).catch(() => undefined)
    await removeEngineFolder(this.runFolder)
    // A killed engine leaves its mounts.
    if (this.options.dataDir) await unmountBelow(this.dataFolder)
    else await removeEngineFolder(this.dataFolder)
    await this.bridge?.remove()
    this.bridge = undefined
  }

  // dockerd leaves them when it ends, each with a subnet that is taken for ever, and makes anew what is missing when it starts.
  private async bridgesOfNetworks(): Promise<string[]> {
    if (this.options.networkNamespace) return []
    const [filters, abortSignal] = [{ driver: ['bridge'], type: ['custom'] }, AbortSignal.timeout(60_000)]
    // An engine that was killed does not answer.
    const networks = await this.docker.listNetworks({ filters, abortSignal }).catch(() => [])
    return networks.map(({ Id }) => `br-${Id.slice(0, 12)}`)
  }

  // Not the containerd that dockerd would start or find: with one of the system running, containers would live in the
  // system's network namespace, and two engines in one store.
  private startContainerd(): Promise<RunningProcess> {
    const config = join(this.runFolder, 'containerd.toml')
    writeFileSync(config, containerdConfiguration(this.runFolder, join(this.dataFolder, 'containerd')))
    const { onCrash } = this.options
    return this.startProgram('containerd', ['--config', config], { ready: /containerd successfully booted/, onCrash })
  }

  private startDockerd(): Promise<RunningProcess> {
    mkdirSync(dirname(this.socket), { recursive: true })
    const config = join(this.runFolder, 'docker.json')
    writeFileSync(config, JSON.stringify(this.dockerConfiguration(), null, 2))
    const isReady = async () => String(await this.docker.ping()) === 'OK'
    const onCrash = (exit: ProcessExit) => this.followEnd(exit)
    return this.startProgram('dockerd', ['--config-file', config], { ready: isReady, onCrash })
  }

  // As a board's own system does: what was ended in good order, and not by us, is started again.
  private followEnd(exit: ProcessExit): void {
    if (exit.code !== 0) return this.options.onCrash?.(exit)
    this.restarted = this.startDockerd().then(
      (dockerd) => void (this.dockerd = dockerd),
      // The power was cut meanwhile.
      () => undefined,
    )
  }

  private startProgram(
    program: string,
    args: string[],
    options: Pick<ProcessOptions, 'ready' | 'onCrash'>,
  ): Promise<RunningProcess> {
    const command = findProgram(program)
    if (!command) throw new Error(`${program} is not installed. Install Debian's package "docker.io".`)
    const { name, networkNamespace, logFile } = this.options
    const timeouts = { readyTimeoutMs: 120_000, stopTimeoutMs: 60_000 }
    return startProcess({
      name: [name, program].filter(Boolean).join(' '),
      command,
      args,
      networkNamespace,
      logFile,
      ...options,
      ...timeouts,
    })
  }

  private get pidFile(): string {
    return join(this.runFolder, 'docker.pid')
  }

  private dockerConfiguration(): object {
    const { runtime } = this.options
    return {
      hosts: [this.dockerHost],
      'data-root': join(this.dataFolder, 'docker'),
      'exec-root': join(this.runFolder, 'docker'),
      pidfile: this.pidFile,
      containerd: containerdSocket(this.runFolder),
      features: { buildkit: true },
      ...(runtime !== undefined && { runtimes: { own: { path: runtime } }, 'default-runtime': 'own' }),
      'insecure-registries': this.options.insecureRegistries ?? [],
      'log-level': 'warn',
      'shutdown-timeout': 10,
      ...(this.bridge && { bridge: this.bridge.name, iptables: false, 'ip-masq': false }),
    }
  }
}

function containerdSocket(runFolder: string): string {
  return join(runFolder, 'containerd.sock')
}

function containerdConfiguration(runFolder: string, root: string): string {
  return [
    'version = 2',
    `root = ${JSON.stringify(root)}`,
    `state = ${JSON.stringify(join(runFolder, 'containerd'))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `address = ${JSON.stringify(containerdSocket(runFolder))}`,
    '',
  ].join('\n')
}
