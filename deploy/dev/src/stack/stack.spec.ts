import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createApiClient, unwrap } from '@flotilla/api-client'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine, type RunningEngine } from '../engines/engine.js'
import { waitFor } from '../processes/wait.js'
import { startStack, type Stack } from './stack.js'

/** Processes whose command line or environment names the folder. */
function usersOf(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) return false
      return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${name}/${file}`, 'utf8').includes(folder))
    } catch {
      return false
    }
  })
}

// On the built programs: npm run build.
describe('startStack', () => {
  let engine: RunningEngine
  let dataDir: string

  beforeAll(async () => {
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'REGISTRY_URL']) delete process.env[name]
    dataDir = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
    engine = await startEngine()
  })
  afterAll(async () => {
    await engine.stop()
    rmSync(dataDir, { recursive: true })
  })

  async function during<T>(use: (stack: Stack) => Promise<T>): Promise<T> {
    const stack = await startStack({ dataDir, dockerHost: engine.dockerHost })
    try {
      return await use(stack)
    } finally {
      await stack.stop()
    }
  }

  const fleets = async (stack: Stack, token: string) => {
    const api = createApiClient({ baseUrl: stack.url, token })
    return (await unwrap(api.GET('/api/v1/fleets'))).items.map(({ name }) => name)
  }

  it('runs a whole Flotilla, stops all of it, and goes on with the same data', async () => {
    const token = await during(async (stack) => {
      expect((await fetch(`${stack.registryUrl}/v2/`)).status).toBe(401)
      expect(stack.admin).toMatchObject({ email: 'admin@flotilla.local' })
      const session = await unwrap(
        createApiClient({ baseUrl: stack.url }).POST('/api/v1/auth/login', { body: stack.admin! }),
      )
      const api = createApiClient({ baseUrl: stack.url, token: session.token })
      await unwrap(api.POST('/api/v1/fleets', { body: { organization: 'default', name: 'weather' } }))
      return session.token
    })
    expect(usersOf(dataDir)).toEqual([])
    await during(async (stack) => {
      expect(stack.admin).toBeUndefined()
      expect(await fleets(stack, token)).toEqual(['weather'])
    })
  }, 300_000)

  it('lets a test kill a program and start it again', async () => {
    await during(async (stack) => {
      stack.process('api')?.kill('SIGKILL')
      const answers = () => fetch(`${stack.url}/api/v1/ready`).then(() => true)
      await waitFor(async () => !(await answers().catch(() => false)), { what: 'the api is gone' })
      await stack.startProgram('api')
      expect(await answers()).toBe(true)
    })
  }, 300_000)

  it('gives the builder nothing but the queue', async () => {
    await during((stack) => {
      const environment = readFileSync(`/proc/${stack.process('builder')?.pid}/environ`, 'utf8')
      const { password } = new URL(stack.databaseUrl)
      expect(environment).toContain('QUEUE_DATABASE_URL=postgres://flotilla_builder:')
      expect(environment).not.toContain(password)
      return Promise.resolve()
    })
  }, 300_000)

  it('leaves nothing running where a program cannot start', async () => {
    const starting = startStack({ dataDir, dockerHost: engine.dockerHost, environment: { LOG_LEVEL: 'loud' } })
    await expect(starting).rejects.toThrow('LOG_LEVEL')
    expect(usersOf(dataDir)).toEqual([])
  }, 300_000)
})
