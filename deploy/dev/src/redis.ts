import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './processes/credentials.js'
import { freePort } from './processes/ports.js'
import { startProcess } from './processes/process.js'

export interface RunningRedis {
  url: string
  stop(): Promise<void>
}

export interface RedisOptions {
  port?: number
  /** Used instead of a server of our own; absent: REDIS_URL. */
  url?: string
  /** How many numbered databases it has. */
  databases?: number
}

/** A Redis that forgets everything when it stops: REDIS_URL where it is set, else a child process. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const given = options.url ?? process.env.REDIS_URL
  if (given) return { url: given, stop: () => Promise.resolve() }
  const command = findProgram('redis-server')
  if (!command) throw new Error('There is no Redis here. Install Debian\'s package "redis-server", or set REDIS_URL.')
  const port = options.port ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-redis-'))
  const network = ['--bind', '127.0.0.1', '--port', String(port)]
  const memoryOnly = ['--save', '', '--appendonly', 'no', '--dir', folder]
  const server = await startProcess({
    name: 'redis',
    command,
    args: [...network, ...memoryOnly, '--databases', String(options.databases ?? 16)],
    ready: /Ready to accept connections/,
  })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { url: `redis://127.0.0.1:${port}`, stop: () => server.stop().finally(remove) }
}
