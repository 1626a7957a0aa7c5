import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { FleetView, Target } from '@flotilla/contracts'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { SupervisorFollowers } from './supervisor-followers.service.js'

const supervisor = (version: string) => `#!/usr/bin/env node\n// flotilla-supervisor ${version}\n${'x'.repeat(1000)}\n`
const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`

describe('releases of the supervisor', () => {
  let api: TestApi
  let user: TestUser
  let folder: string
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-supervisors-'))
    await build('1.0.0')
    api = await createTestApi({ SUPERVISOR_BUNDLE: join(folder, 'supervisor.mjs') })
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id)
  })
  afterEach(() => build('1.0.0'))
  afterAll(async () => {
    await api.close()
    await rm(folder, { recursive: true, force: true })
  })

  const build = (version: string) => writeFile(join(folder, 'supervisor.mjs'), supervisor(version))
  const describeOwn = async () => (await fetch(`${api.url}/install/supervisor.json`)).json()
  const want = async (value: string, place: object = { fleetId: fleet.id }) => {
    const variable = { ...place, kind: 'config', name: 'FLOTILLA_SUPERVISOR_VERSION', value }
    await succeed(await api.call(user, 'PUT /api/v1/variables', variable))
  }
  const wanted = async (): Promise<Target['supervisor']> => (await board.target()).supervisor

  it('leaves devices the supervisor that they have unless somebody says otherwise', async () => {
    expect(await wanted()).toBeUndefined()
  })

  it('describes the one that the server was built with, and serves it in ranges', async () => {
    const content = supervisor('1.0.0')
    const own = { version: '1.0.0', digest: digestOf(content), sizeBytes: content.length }
    expect(await describeOwn()).toEqual({ ...own, path: '/install/supervisors/1.0.0/supervisor.mjs' })
    const url = `${api.url}/install/supervisors/1.0.0/supervisor.mjs`
    expect(await (await fetch(url)).text()).toBe(content)
    const rest = await fetch(url, { headers: { range: 'bytes=700-' } })
    expect([rest.status, await rest.text()]).toEqual([206, content.slice(700)])
    expect((await fetch(`${api.url}/install/supervisors/9.9.9/supervisor.mjs`)).status).toBe(404)
    expect((await fetch(`${api.url}/install/supervisors/..%2F..%2Fetc/supervisor.mjs`)).status).toBe(404)
  })

  it('lets devices follow the newest, or stay at one by number, also at a former one', async () => {
    await describeOwn()
    await want('latest')
    expect(await wanted()).toMatchObject({ version: '1.0.0' })
    await build('1.1.0')
    const content = supervisor('1.1.0')
    const bundle = {
      path: '/install/supervisors/1.1.0/supervisor.mjs',
      digest: digestOf(content),
      sizeBytes: content.length,
    }
    expect(await wanted()).toEqual({ version: '1.1.0', bundle })
    await want('1.0.0', { deviceId: board.deviceId })
    const pinned = await wanted()
    expect(pinned?.bundle?.digest).toBe(digestOf(supervisor('1.0.0')))
    expect(await (await fetch(`${api.url}${pinned?.bundle?.path}`)).text()).toBe(supervisor('1.0.0'))
  })

  it('leaves devices what they have where nobody knows the version that is asked for', async () => {
    for (const version of ['7.7.7', '../supervisor', '']) {
      await want(version)
      expect(await wanted()).toBeUndefined()
    }
  })

  it('tells devices that follow the newest, and only those, once it is another one', async () => {
    const other = await joinFleet(api, user, (await createFleet(api, user)).id)
    await want('latest', { deviceId: board.deviceId })
    const generations = async () => [(await board.target()).generation, (await other.target()).generation]
    const followers = api.app.get(SupervisorFollowers, { strict: false })
    await build('1.2.0')
    const [before = 0, otherBefore = 0] = await generations()
    await followers.onApplicationBootstrap()
    await followers.onApplicationBootstrap()
    expect(await generations()).toEqual([before + 1, otherBefore])
  })
})
