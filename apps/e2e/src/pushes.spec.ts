import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { unwrap } from '@flotilla/api-client'
import { enableEmulation } from '@flotilla/dev'
import { pageApp } from './testing/apps.js'
import { newestRelease, waitForLine, waitForRelease } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { startWorld, type World } from './testing/world.js'

describe('pushes, with queues and live updates on Redis', () => {
  let world: World
  let app: Repository
  let undoEmulation: (() => void) | undefined

  beforeAll(async () => {
    undoEmulation = await enableEmulation('linux/arm64')
    world = await startWorld({ basePlatforms: ['linux/amd64', 'linux/arm64'], redis: true })
    app = await createRepository()
    await app.commit(pageApp('hello'))
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
    undoEmulation?.()
  })

  it('refuses a token that is none, without asking twice and without changing anything', async () => {
    const fleet = await world.createFleet('locked')
    const push = await app.git('push', world.remote(fleet, 'flt_wrong'), 'main')
    expect(push.code).not.toBe(0)
    expect(push.output).toMatch(/Authentication failed|401|could not read/i)
    const { items } = await unwrap(world.api.GET('/api/v1/releases', { params: { query: { fleet: fleet.id } } }))
    expect(items).toEqual([])
  })

  it('says so when the fleet does not exist', async () => {
    const remote = world.remote(await world.createFleet('here')).replace('/here.git', '/nowhere.git')
    const push = await app.git('push', remote, 'main')
    expect(push.code).not.toBe(0)
    expect(push.output).toMatch(/not found|no fleet/i)
  })

  it('names the line, the field and the cure of a compose file that cannot be run', async () => {
    const fleet = await world.createFleet('composed')
    const repository = await createRepository()
    await repository.commit({
      'docker-compose.yml': 'services:\n  web:\n    image: x\n    volumes:\n      - /etc:/etc\n',
    })
    const push = await repository.git('push', world.remote(fleet), 'main')
    repository.remove()
    expect(push.code).not.toBe(0)
    expect(push.output).toMatch(/docker-compose\.yml:5.*volumes/)
    const { items } = await unwrap(world.api.GET('/api/v1/releases', { params: { query: { fleet: fleet.id } } }))
    expect(items).toEqual([])
  })

  it('makes a draft of another branch and does not deploy it', async () => {
    const fleet = await world.createFleet('drafts')
    mustSucceed(await app.git('push', world.remote(fleet), 'main:feature'))
    expect(await newestRelease(world, fleet.id)).toMatchObject({ status: 'draft', branch: 'feature' })
    const { targetReleaseId } = await unwrap(
      world.api.GET('/api/v1/fleets/{id}', { params: { path: { id: fleet.id } } }),
    )
    expect(targetReleaseId).toBeUndefined()
  })

  it('builds for 64-bit Arm and runs the result by emulation', async () => {
    // Without an emulator this machine cannot say anything about it.
    expect(undoEmulation).toBeDefined()
    const fleet = await world.createFleet('arms', { platforms: ['linux/arm64'] })
    const files = pageApp('from arm64')
    const dockerfile =
      'FROM flotilla/busybox:$TARGETARCH\nRUN mkdir /www && uname -m > /www/index.html\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n'
    await app.commit({ ...files, Dockerfile: dockerfile })
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    const release = await newestRelease(world, fleet.id)
    expect(release.images.map((image) => image.platform)).toEqual(['linux/arm64'])
    const board = await world.addBoard()
    const device = await world.join(board, fleet, 'arm-1', { FLOTILLA_PLATFORM: 'linux/arm64' })
    await waitForLine(device, 8000, 'aarch64')
    await waitForRelease(world, 'arm-1', release.version)
  })
})
