import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { nodes, plansOf } from '../testing/query-plans.js'
import { createTestApi, type TestApi } from '../testing/test-api.js'
import { createFleet } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'
import { DeviceWatchRepository, type Followed } from './device-watch.repository.js'

const DEVICES = 500
const EVENTS_OF_EACH = 20

describe('what a push that follows asks of a large fleet', () => {
  let api: TestApi
  let followed: Followed
  beforeAll(async () => {
    api = await createTestApi()
    const { id: fleetId } = await createFleet(api, await api.signUp('developer'))
    followed = { fleetId, releaseId: await insertRelease(api.database, { fleetId }), since: new Date() }
    await api.database.query(
      `INSERT INTO devices (id, fleet_id, name) SELECT gen_random_uuid(), $1, 'd' || n FROM generate_series(1, $2) AS n`,
      [fleetId, DEVICES],
    )
    await api.database.query(
      `INSERT INTO device_events (device_id, fleet_id, at, kind, actor_kind, actor_id, actor_label)
       SELECT id, fleet_id, now(), 'step-done', 'device', '', '' FROM devices, generate_series(1, $1)`,
      [EVENTS_OF_EACH],
    )
    await api.database.query('ANALYZE')
  })
  afterAll(() => api.close())

  const refusals = () => api.app.get(DeviceWatchRepository, { strict: false }).refusals(followed, 5)

  async function say(device: string, kind: string, detail: object, receivedAt = new Date()): Promise<void> {
    await api.database.query(
      `INSERT INTO device_events (device_id, fleet_id, at, received_at, kind, actor_kind, actor_id, actor_label, detail)
       SELECT id, fleet_id, now(), $2, $3, 'device', '', '', $4 FROM devices WHERE name = $1`,
      [device, receivedAt, kind, detail],
    )
  }

  it('finds the devices that refuse it, by what each said last', async () => {
    await say('d1', 'target-refused', { reason: 'long ago' }, new Date(followed.since.getTime() - 60_000))
    await say('d2', 'step-failed', { error: 'is tried again', isFinal: false })
    expect(await refusals()).toEqual([])
    await say('d3', 'step-failed', { error: 'no image', isFinal: true })
    await say('d4', 'target-refused', { reason: 'one' })
    await say('d4', 'target-refused', { reason: 'another' })
    const found = await refusals()
    expect(found.sort((a, b) => a.device.localeCompare(b.device))).toEqual([
      { device: 'd3', reason: 'no image' },
      { device: 'd4', reason: 'another' },
    ])
  })

  it('reads none of the history of the others', async () => {
    const [plan] = await plansOf(api, refusals, 'device_events')
    const reads = nodes(plan!).filter((node) => node['Relation Name'] === 'device_events')
    const rows = (node: (typeof reads)[number]) =>
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
    expect(Math.max(...reads.map(rows))).toBeLessThan(DEVICES)
  })
})
