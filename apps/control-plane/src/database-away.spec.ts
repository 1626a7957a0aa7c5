import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEVICE_ROUTES, type FleetView } from '@flotilla/contracts'
import { freePort, type RunningPostgres, type RunningRedis, startPostgres, startRedis, waitFor } from '@flotilla/dev'
import pg from 'pg'
import { DOCKERFILE, PushBench } from './git/testing/push-bench.js'
import { LiveBus } from './live/live-bus.js'
import { joinFleet, type TestBoard } from './testing/test-board.js'

/** On a Postgres of its own, which is stopped, started and full under an api that runs. */
describe('while the database is away', () => {
  const sharedUrl = process.env.DATABASE_URL
  let folder: string
  let port: number
  let postgres: RunningPostgres
  let redis: RunningRedis
  let bench: PushBench
  let fleet: FleetView
  let board: TestBoard

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-away-'))
    chmodSync(folder, 0o711)
    port = await freePort()
    await start()
    // Not as the superuser, for whom there always is a connection left.
    await administer("CREATE ROLE flotilla_api LOGIN CREATEDB PASSWORD 'flotilla'")
    process.env.DATABASE_URL = `postgres://flotilla_api:flotilla@127.0.0.1:${port}/postgres`
    // Where it has news of a push's build, that looks for them while there is no database.
    redis = await startRedis()
    bench = await PushBench.open({ REDIS_URL: redis.url })
    await bench.reset()
    fleet = bench.fleet
    board = await joinFleet(bench.api, bench.user, fleet.id)
  })
  afterAll(async () => {
    try {
      await bench.close()
    } finally {
      await postgres.stop()
      await redis.stop()
      process.env.DATABASE_URL = sharedUrl
    }
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(): Promise<void> {
    const url = process.env.DATABASE_URL
    // It would be taken for the server to use.
    delete process.env.DATABASE_URL
    postgres = await startPostgres({ dataDir: folder, port })
    process.env.DATABASE_URL = url
  }

  async function administer(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }

  /** One of each kind of door. */
  function knocks(): Promise<Response[]> {
    const { api, user } = bench
    const body = { organization: user.organization, name: `fleet-${performance.now().toFixed(0)}` }
    const credentials = `Basic ${Buffer.from(`ada:${user.token}`).toString('base64')}`
    return Promise.all([
      api.call(user, 'GET /api/v1/fleets'),
      api.call(user, 'POST /api/v1/fleets', body),
      board.poll(),
      board.call(`PATCH ${DEVICE_ROUTES.report}`, {
        ...{ protocol: 1, baseline: 0, number: 1, at: new Date().toISOString() },
        ...{ changes: {}, events: [] },
      }),
      board.register(),
      fetch(`${api.url}/git/${fleet.organization}/${fleet.name}.git/info/refs?service=git-upload-pack`, {
        headers: { Authorization: credentials },
      }),
    ])
  }

  async function expectPutOff(): Promise<void> {
    const answers = await knocks()
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503))
    for (const answer of answers) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
      const text = await answer.text()
      if (answer.headers.get('content-type')?.startsWith('application/problem+json'))
        expect(JSON.parse(text)).toMatchObject({ status: 503, code: 'database-away' })
      else expect(text).toMatch(/database does not answer; try again/)
    }
  }

  async function expectServed(): Promise<void> {
    for (const answer of await knocks()) expect([answer.status, answer.ok]).toEqual([answer.status, true])
  }

  it('asks everybody to come back where Postgres is stopped, and serves the first who comes when it is back', async () => {
    await expectServed()
    await postgres.stop()
    await expectPutOff()
    await start()
    await expectServed()
  })

  it('asks everybody to come back where Postgres takes no more connections', async () => {
    await administer(
      'ALTER ROLE flotilla_api CONNECTION LIMIT 0',
      // With the time that each may take to end.
      "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename = 'flotilla_api'",
    )
    await expectPutOff()
    await administer('ALTER ROLE flotilla_api CONNECTION LIMIT -1')
    await expectServed()
  })

  it('stays with a push whose build goes on meanwhile', async () => {
    const open = bench.holdBuilds()
    await bench.copy.commit(DOCKERFILE)
    const push = bench.copy.start('push', 'flotilla', 'main')
    await waitFor(() => push.output().includes('COPY . /'), { what: 'the build is under way' })
    await postgres.stop()
    const buildId = bench.workshop.orders[0]?.buildId ?? ''
    await bench.api.app.get(LiveBus).publish([{ topic: 'change', kind: 'build', id: buildId, fleetId: bench.fleet.id }])
    await expectPutOff()
    await start()
    open()
    const { code, output } = await push.ended
    expect(output).not.toMatch(/went wrong/)
    expect(code).toBe(0)
    expect((await bench.releases()).map(({ status }) => status)).toEqual(['final'])
  })
})
