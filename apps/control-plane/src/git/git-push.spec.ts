import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { FleetView, Page, ReleaseView } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet } from '../testing/test-board.js'
import { openWorkshop, type Workshop } from './testing/test-workshop.js'
import { WorkingCopy } from './testing/working-copy.js'

const DOCKERFILE = { Dockerfile: 'FROM scratch\nCOPY . /\n' }

/** The real git client against the api. */
describe('git push', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let workshop: Workshop
  let copy: WorkingCopy

  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    workshop = openWorkshop(api)
  })
  beforeEach(async () => {
    workshop.recipe = () => ({})
    fleet = await createFleet(api, user)
    copy = await WorkingCopy.create(api, fleet, user)
  })
  afterEach(() => copy.remove())
  afterAll(async () => {
    await workshop.close()
    await api.close()
  })

  async function releases(): Promise<ReleaseView[]> {
    const response = await api.call(user, `GET /api/v1/releases?fleet=${fleet.id}`)
    return ((await response.json()) as Page<ReleaseView>).items
  }

  async function target(): Promise<string | undefined> {
    return ((await (await api.call(user, `GET /api/v1/fleets/${fleet.id}`)).json()) as FleetView).targetReleaseId
  }

  async function remoteRefs(): Promise<Record<string, string>> {
    const { output } = await copy.git('ls-remote', 'flotilla')
    const lines = output.split('\n').filter((line) => /\trefs\//.test(line))
    return Object.fromEntries(lines.map((line) => line.split('\t').reverse() as [string, string]))
  }

  it('to the deploy branch makes a final release and shows how it is made', async () => {
    const commit = await copy.commit(DOCKERFILE, 'The first one')
    const { code, output } = await copy.push('main')
    expect(output).toContain(`remote: -----> ${user.organization}/${fleet.name}: main at ${commit.slice(0, 7)}`)
    expect(output).toContain('remote:        The first one')
    expect(output).toContain(
      `remote: -----> Building release 1-${commit.slice(0, 7)} from Dockerfile: main for linux/amd64`,
    )
    expect(output).toContain('remote: -----> Building main for linux/amd64')
    expect(output).toContain('remote:        main | [1/1] COPY . /')
    expect(output).toMatch(/remote: -----> Release 1-[0-9a-f]{7} is final, built in /)
    expect(output).toMatch(/remote: {8}main {2}linux\/amd64 {2}sha256:[0-9a-f]{12} {2}1\.0 kB/)
    expect(output).toContain('The fleet has no devices yet. Add one with: flotilla device add')
    expect(output).toContain('* [new branch]      main -> main')
    expect(code).toBe(0)
    const [release] = await releases()
    expect(release).toMatchObject({
      status: 'final',
      commit,
      branch: 'main',
      message: 'The first one',
      author: 'Ada <ada@example.com>',
    })
    expect(await target()).toBe(release?.id)
    expect(await remoteRefs()).toEqual({ 'refs/heads/main': commit })
  })
})
