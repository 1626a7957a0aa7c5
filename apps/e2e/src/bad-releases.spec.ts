import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { unwrap } from '@flotilla/api-client'
import { RejectionSchema } from '@flotilla/contracts'
import type { z } from 'zod'
import { waitFor } from '@flotilla/dev'
import { BAD_RELEASES, watchedPage } from './testing/bad-apps.js'
import { newestRelease, runningContainers, waitForLine } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { type Fleet, startWorld, type World, type WorldDevice } from './testing/world.js'

// The event has a time of its own.
const RejectionEventSchema = RejectionSchema.omit({ at: true })
type RejectionEvent = z.infer<typeof RejectionEventSchema>

describe('a bad release', () => {
  let world: World
  let fleet: Fleet
  let app: Repository
  let device: WorldDevice

  beforeAll(async () => {
    world = await startWorld()
    fleet = await world.createFleet('brave')
    device = await world.join(await world.addBoard({ diskMegabytes: 2048 }), fleet, 'brave-1')
    app = await createRepository()
    await push(watchedPage({ line: 'good' }))
    await waitFor(async () => (await events('release-confirmed')).length > 0, {
      what: 'it is confirmed',
      timeoutMs: 180_000,
    })
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
  })

  async function push(files: Record<string, string>): Promise<string> {
    await app.commit(files)
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    return (await newestRelease(world, fleet.id)).id
  }

  async function events(kind: string): Promise<Record<string, unknown>[]> {
    const params = { path: { id: device.id }, query: { limit: 200 } }
    const { items } = await unwrap(world.api.GET('/api/v1/devices/{id}/events', { params }))
    return items.filter((event) => event.kind === kind).map(({ detail }) => detail as Record<string, unknown>)
  }

  async function rejectionOf(releaseId: string): Promise<RejectionEvent | undefined> {
    const found = (await events('release-rejected')).find((detail) => detail.releaseId === releaseId)
    return found && RejectionEventSchema.parse(found)
  }

  it.each(BAD_RELEASES)('that $name goes back by itself, and says why', async ({ page, code, reason, lastLines }) => {
    const releaseId = await push(watchedPage({ line: 'bad', ...page }))
    let rejection: RejectionEvent | undefined
    await waitFor(async () => (rejection = await rejectionOf(releaseId)) !== undefined, {
      what: 'the release is given up',
      timeoutMs: 90_000,
      everyMs: 200,
    })
    expect(rejection?.reason).toMatch(reason)
    expect(rejection?.code).toBe(code)
    if (lastLines !== undefined) expect(rejection?.services.web?.lastLines).toContain(lastLines)
    await waitForLine(device, 8000, 'good')
    // What was given up waits for the next target.
    const isBack = async () => (await world.device(device.name)).activity === 'waiting'
    await waitFor(isBack, { what: 'the device is back', timeoutMs: 60_000 })
    // And it is not tried again.
    const before = await runningContainers(device.board.engine.docker, device.id)
    expect(Object.keys(before)).toEqual(['web'])
    await device.supervisor.stop()
    await device.supervisor.start()
    await waitFor(isBack, { what: 'it is so after a start, too' })
    expect(await runningContainers(device.board.engine.docker, device.id)).toEqual(before)
  })

  it('gives way to the next good one', async () => {
    await push(watchedPage({ line: 'better' }))
    await waitForLine(device, 8000, 'better')
  })
})
