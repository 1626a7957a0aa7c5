import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeBaseImages, startEngine, startStack } from '@flotilla/dev'

/** What the suites of a run know of the server. */
export interface TestServer {
  url: string
  email: string
  password: string
}

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' }
const stops: (() => Promise<void>)[] = []

/** A whole Flotilla of the built programs, for one jest run; the suites find it in the environment. */
export async function startTestServer(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-cli-test-'))
  stops.push(() => rm(dataDir, { recursive: true, force: true }))
  const engine = await startEngine()
  stops.push(() => engine.stop())
  await makeBaseImages(engine.docker)
  const { dockerHost } = engine
  const stack = await startStack({ dataDir, dockerHost, admin: ADMIN, environment: { LOG_LEVEL: 'info' } })
  stops.push(() => stack.stop())
  const server: TestServer = { url: stack.url, ...ADMIN }
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
