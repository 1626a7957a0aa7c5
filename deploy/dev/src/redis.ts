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

/** A Redis that forgets everything when it stops: REDIS_URL where it is set, else a child process. */
export async function startRedis(options: { port?: number; url?: string } = {}): Promise<RunningRedis> {
  const given = options.url ?? process.env.REDIS_URL
  if (given) return { url: given, stop: () => Promise.resolve() }
  const command = findProgram('redis-server')
  if (!command) throw new Error('There is no Redis here. Install Debian\'s package "redis-server", or set REDIS_URL.')
  const port = options.port ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-redis-'))
  const server = await startProcess({
    name: 'redis',
    command,
    args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder],
    ready: /Ready to accept connections/,
  })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { url: `redis://127.0.0.1:${port}`, stop: () => server.stop().finally(remove) }
}
