import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { followEvents } from '@flotilla/api-client'
import type { FleetView, LiveEvent, ProblemDetails } from '@flotilla/contracts'
import { LiveBus } from '../live/live-bus.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'

describe('the stream of changes', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi()
  })
  afterAll(() => api.close())

  /** Listens, runs `work` once the stream is open, and gives all that is heard up to a change of the thing `lastId`. */
  async function heard(
    user: TestUser,
    query: Record<string, string>,
    lastId: string,
    work: () => Promise<unknown>,
  ): Promise<LiveEvent[]> {
    const events: LiveEvent[] = []
    const connection = { baseUrl: api.url, token: user.token }
    const options = { params: { query }, onOpen: () => void work() }
    for await (const { event, data } of followEvents(connection, '/api/v1/stream', options)) {
      expect(event).toBe('change')
      events.push(data)
      if (data.id === lastId) return events
    }
    throw new Error('The stream ended')
  }
  async function createFleet(user: TestUser): Promise<FleetView> {
    const body = { organization: user.organization, name: `f-${randomUUID().slice(0, 8)}` }
    return (await (await api.call(user, 'POST /api/v1/fleets', body)).json()) as FleetView
  }
  const rename = (user: TestUser, fleet: FleetView, name = `r-${randomUUID().slice(0, 8)}`) =>
    api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { name })

  it('tells of changes in one’s organizations, and of no others', async () => {
    const [user, stranger] = [await api.signUp('observer'), await api.signUp()]
    const admin = await api.signUp('admin', user.organization)
    const [own, foreign] = [await createFleet(admin), await createFleet(stranger)]
    const events = await heard(user, {}, own.id, async () => {
      await rename(stranger, foreign)
      await rename(admin, own)
    })
    expect(events).toEqual([{ kind: 'fleet', id: own.id, fleetId: own.id }])
  })

  it('can be narrowed to one fleet, or one organization', async () => {
    const admin = await api.signUp()
    const [one, two] = [await createFleet(admin), await createFleet(admin)]
    const change = async () => {
      await rename(admin, two)
      await rename(admin, one)
    }
    expect(await heard(admin, { fleet: one.id }, one.id, change)).toHaveLength(1)
    const all = await heard(admin, { organization: admin.organization }, one.id, change)
    expect(all.map((event) => event.id)).toEqual([two.id, one.id])
  })

  it('tells of things whose message names a fleet alone, to those who may see that fleet', async () => {
    const [admin, stranger] = [await api.signUp(), await api.signUp()]
    const [own, foreign] = [await createFleet(admin), await createFleet(stranger)]
    const bus = api.app.get(LiveBus)
    const [mine, theirs] = [randomUUID(), randomUUID()]
    const events = await heard(admin, {}, mine, () =>
      bus.publish([
        { topic: 'change', kind: 'build-output', id: theirs, fleetId: foreign.id },
        { topic: 'change', kind: 'build-output', id: randomUUID() },
        { topic: 'target', fleetId: own.id },
        { topic: 'change', kind: 'build-output', id: mine, fleetId: own.id },
      ]),
    )
    expect(events).toEqual([{ kind: 'build-output', id: mine, fleetId: own.id }])
  })

  it('is refused for things of others, and things that there are not', async () => {
    const [admin, stranger] = [await api.signUp(), await api.signUp()]
    const fleet = await createFleet(admin)
    const refusal = async (query: string) => {
      const answer = await api.call(stranger, `GET /api/v1/stream?${query}`)
      return [answer.status, ((await answer.json()) as ProblemDetails).code]
    }
    expect(await refusal(`fleet=${fleet.id}`)).toEqual([404, 'fleet-not-found'])
    expect(await refusal(`organization=${admin.organization}`)).toEqual([404, 'organization-not-found'])
    expect(await refusal(`device=${randomUUID()}`)).toEqual([404, 'device-not-found'])
    expect(await refusal(`build=${randomUUID()}`)).toEqual([404, 'build-not-found'])
    expect(await refusal('fleet=weather')).toEqual([400, 'invalid-input'])
  })
})
