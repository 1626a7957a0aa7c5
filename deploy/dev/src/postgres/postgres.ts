import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../processes/ports.js'
import { startProcess, type ProcessExit } from '../processes/process.js'
import { clusterMajor, findPostgresBinaries, type PostgresBinaries } from './binaries.js'
import { clearStaleServer, prepareCluster, SUPERUSER, type Cluster } from './cluster.js'

export interface PostgresOptions {
  /** Kept over stops. Absent: a temporary one, with the fast settings that only lost data allows. */
  dataDir?: string
  port?: number
  logFile?: string
  /** For tests of the embedded package; absent: the newest binaries found. */
  binaries?: PostgresBinaries
  /** Used instead of a server of our own; absent: DATABASE_URL. */
  url?: string
  onCrash?: (exit: ProcessExit) => void
}

export interface RunningPostgres {
  url: string
  stop(): Promise<void>
}

const FAST_AND_FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** A Postgres server on 127.0.0.1: DATABASE_URL where it is set, else a child process. */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const given = options.url ?? process.env.DATABASE_URL
  if (given) return { url: given, stop: () => Promise.resolve() }
  if (options.dataDir) return startServer(resolve(options.dataDir), options)
  const temporary = mkdtempSync(join(tmpdir(), 'flotilla-postgres-'))
  chmodSync(temporary, 0o711)
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  try {
    const server = await startServer(temporary, options)
    return { url: server.url, stop: () => server.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

async function startServer(parent: string, options: PostgresOptions): Promise<RunningPostgres> {
  const binaries = options.binaries ?? findPostgresBinaries(clusterMajor(join(parent, 'cluster')))
  const cluster = prepareCluster(parent, binaries)
  await clearStaleServer(cluster)
  const port = options.port ?? (await freePort())
  const server = await startProcess({
    name: 'postgres',
    command: join(binaries.folder, 'postgres'),
    args: serverArguments(cluster, port, options.dataDir === undefined),
    // No folder of ours: its user may not be allowed to be there.
    cwd: '/',
    user: cluster.user,
    logFile: options.logFile,
    ready: /database system is ready to accept connections/,
    // SIGINT is Postgres' fast shutdown: it does not wait for clients to leave.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 60_000,
    readyTimeoutMs: 120_000,
    onCrash: options.onCrash,
  })
  return {
    url: `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
  }
}

function serverArguments(cluster: Cluster, port: number, temporary: boolean): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'lc_messages=C',
    ...(temporary ? FAST_AND_FORGETFUL : []),
  ]
  return ['-D', cluster.folder, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
}
