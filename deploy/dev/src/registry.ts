import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findProgram } from './processes/credentials.js'
import { freePort } from './processes/ports.js'
import { startProcess, type ProcessExit, type RunningProcess } from './processes/process.js'

/** Token authentication, with the control plane as the one who gives the tokens. */
export interface RegistryAuth {
  /** `<PUBLIC_URL>/registry/v1/token` */
  realm: string
  service: string
  issuer: string
  certificateFile: string
}

export interface RegistryOptions {
  /** Kept over stops. Absent: a temporary one. */
  dataDir?: string
  port?: number
  /** Address to listen on; devices in network namespaces need 0.0.0.0. */
  listen?: string
  auth?: RegistryAuth
  logFile?: string
  onCrash?: (exit: ProcessExit) => void
}

export interface RunningRegistry {
  url: string
  /** host:port, as image names begin. */
  host: string
  process: RunningProcess
  stop(): Promise<void>
}

/** The OCI registry: CNCF distribution as a child process, over plain http. */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const command = findProgram('docker-registry') ?? findProgram('registry')
  if (!command) {
    throw new Error('There is no OCI registry here. Install Debian\'s package "docker-registry", or set REGISTRY_URL.')
  }
  const port = options.port ?? (await freePort())
  const folder = options.dataDir ? resolve(options.dataDir) : mkdtempSync(join(tmpdir(), 'flotilla-registry-'))
  mkdirSync(folder, { recursive: true })
  const configFile = join(folder, 'config.json')
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(configuration(folder, port, options), null, 2), { mode: 0o600 })
  const host = `127.0.0.1:${port}`
  const server = await startProcess({
    name: 'registry',
    command,
    args: ['serve', configFile],
    env: withoutRegistryVariables(process.env),
    logFile: options.logFile,
    ready: () => answers(`http://${host}/v2/`),
    onCrash: options.onCrash,
  })
  const remove = () => (options.dataDir ? undefined : rmSync(folder, { recursive: true, force: true }))
  return { url: `http://${host}`, host, process: server, stop: () => server.stop().finally(remove) }
}

function configuration(folder: string, port: number, { listen = '127.0.0.1', auth }: RegistryOptions): object {
  return {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'storage') },
      delete: { enabled: true },
      cache: { blobdescriptor: 'inmemory' },
    },
    // Relative addresses in answers fit whichever way a client came: the loopback or a device's link.
    http: { addr: `${listen}:${port}`, relativeurls: true, secret: randomBytes(16).toString('hex') },
    ...(auth && { auth: { token: tokenAuth(auth) } }),
  }
}

function tokenAuth(auth: RegistryAuth): object {
  const { realm, service, issuer, certificateFile } = auth
  return { realm, service, issuer, rootcertbundle: certificateFile }
}

// The registry reads REGISTRY_* as overrides of its configuration, and Flotilla's REGISTRY_URL is none.
function withoutRegistryVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('REGISTRY_')))
}

async function answers(url: string): Promise<boolean> {
  const { status } = await fetch(url)
  return status === 200 || status === 401
}
