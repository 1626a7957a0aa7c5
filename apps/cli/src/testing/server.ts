import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDatabase, freePort, startProcess, startSharedServers, stopSharedServers } from '@flotilla/dev'

const PROGRAMS = fileURLToPath(new URL('../../../control-plane/dist/', import.meta.url))

/** What the suites of a run know of the server. */
export interface TestServer {
  url: string
  email: string
  password: string
}

const stops: (() => Promise<void>)[] = []

/** The built api on a fresh database, for a whole jest run; the suites find it in the environment. */
export async function startTestServer(): Promise<void> {
  if (!existsSync(join(PROGRAMS, 'main.api.js'))) {
    throw new Error('The control plane is not built: run `npm run build` first.')
  }
  await startSharedServers()
  stops.push(stopSharedServers)
  const database = await createDatabase(process.env.DATABASE_URL ?? '')
  const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-cli-test-'))
  stops.push(() => rm(dataDir, { recursive: true, force: true }))
  const port = await freePort()
  const server: TestServer = {
    url: `http://127.0.0.1:${port}`,
    email: 'admin@example.com',
    password: 'correct horse battery staple',
  }
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: server.url,
    // Nothing here builds: pushes are refused, or wait in the queue.
    REGISTRY_URL: 'http://127.0.0.1:2',
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'warn',
    ADMIN_EMAIL: server.email,
    ADMIN_PASSWORD: server.password,
  }
  await runToItsEnd('main.migrate.js', environment)
  const api = await startProgram(
    'main.api.js',
    environment,
    async () => (await fetch(`${server.url}/api/v1/ready`)).status < 500,
  )
  stops.push(() => api.stop())
  process.env.FLOTILLA_TEST_SERVER = JSON.stringify(server)
}

export async function stopTestServer(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

/** For suites. */
export function testServer(): TestServer {
  const text = process.env.FLOTILLA_TEST_SERVER
  if (!text) throw new Error('There is no test server: jest/setup.mjs starts one for the whole run.')
  return JSON.parse(text) as TestServer
}

async function runToItsEnd(program: string, env: NodeJS.ProcessEnv): Promise<void> {
  const running = await startProgram(program, env)
  const exit = await running.exited
  if (exit.code !== 0) throw new Error([`${program} failed.`, ...exit.lastLines].join('\n'))
}

function startProgram(program: string, env: NodeJS.ProcessEnv, ready?: () => Promise<boolean>) {
  const args = ['--enable-source-maps', join(PROGRAMS, program)]
  return startProcess({ name: program, command: process.execPath, args, env, ready })
}
