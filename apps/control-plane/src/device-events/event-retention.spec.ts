import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createTestApi, type TestApi } from '../testing/test-api.js'
import { EventRetention } from './index.js'

describe('the history of devices', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await createTestApi({ DEVICE_EVENTS_DAYS: '30' })
  })
  afterAll(() => api.close())

  const deviceId = randomUUID()
  const insert = (kind: string, daysAgo: number, count = 1) =>
    api.database.query(
      `INSERT INTO device_events (device_id, fleet_id, at, received_at, kind, actor_kind, actor_id, actor_label)
       SELECT $1, $1, now(), now() - make_interval(days => $2), $3, 'system', '', '' FROM generate_series(1, $4)`,
      [deviceId, daysAgo, kind, count],
    )
  const counts = () =>
    api.database.query('SELECT kind, count(*)::int AS count FROM device_events GROUP BY kind ORDER BY kind')

  it('is removed by age, however much of it there is', async () => {
    await insert('ancient', 400, 20_500)
    await insert('old', 31)
    await insert('recent', 29)
    await insert('young', 0)
    await api.app.get(EventRetention, { strict: false }).run()
    expect(await counts()).toEqual([
      { kind: 'recent', count: 1 },
      { kind: 'young', count: 1 },
    ])
    await api.app.get(EventRetention, { strict: false }).run()
    expect(await counts()).toHaveLength(2)
  })

  it('cannot be removed while it is young, nor changed', async () => {
    await expect(api.database.query("DELETE FROM device_events WHERE kind = 'young'")).rejects.toThrow('append-only')
    await expect(api.database.query("UPDATE device_events SET kind = 'x'")).rejects.toThrow('append-only')
  })
})
