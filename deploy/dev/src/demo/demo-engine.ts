import Docker from 'dockerode'
import { join } from 'node:path'
import { startEngine } from '../engines/engine.js'
import type { ProcessExit } from '../processes/process.js'
import { DemoError } from './errors.js'

/** The engine that builds, and on which the demo device runs. */
export interface DemoEngine {
  dockerHost: string
  docker: Docker
  /** Ours alone: it ends with the demo, and all in it is the demo's. */
  isOwn: boolean
  stop(): Promise<void>
}

export interface DemoEngineOptions {
  home: string
  /** host:port of the registry, which speaks plain http. */
  registry: string
  onCrash: (exit: ProcessExit) => void
}

/** The Docker engine of this machine where one runs, else one of our own with its data in `home`. */
export async function demoEngine({ home, registry, onCrash }: DemoEngineOptions): Promise<DemoEngine> {
  const started = await startedEngine()
  if (started) return started
  if (process.getuid?.() !== 0) throw new DemoError(noEngine)
  const settings = { network: 'nat' as const, insecureRegistries: [registry] }
  const logFile = join(home, 'logs', 'engine.log')
  const engine = await startEngine({ ...settings, dataDir: join(home, 'engine'), logFile, onCrash })
  return { dockerHost: engine.dockerHost, docker: engine.docker, isOwn: true, stop: () => engine.stop() }
}

/** The engine that runs on this machine without us. */
export async function startedEngine(): Promise<DemoEngine | undefined> {
  const dockerHost = process.env.DOCKER_HOST || 'unix:///var/run/docker.sock'
  const docker = connect(dockerHost)
  try {
    await docker.ping()
    return { dockerHost, docker, isOwn: false, stop: () => Promise.resolve() }
  } catch (cause) {
    if (process.env.DOCKER_HOST)
      throw new DemoError(`No Docker engine answers at DOCKER_HOST=${dockerHost}.`, { cause })
    if ((cause as { code?: string }).code === 'EACCES') throw new DemoError(mayNotUseDocker)
    return undefined
  }
}

const mayNotUseDocker =
  'Docker runs here, but you may not use it. Run "sudo usermod -aG docker $USER", sign out and in again, and start anew.'

const noEngine =
  'Docker does not run here. Start it ("sudo systemctl start docker"), or run this as root: then Flotilla starts an ' +
  'engine of its own.'

function connect(dockerHost: string): Docker {
  if (dockerHost.startsWith('unix://')) return new Docker({ socketPath: dockerHost.slice('unix://'.length) })
  const { hostname, port } = new URL(dockerHost)
  return new Docker({ host: hostname, port: Number(port || 2375) })
}
