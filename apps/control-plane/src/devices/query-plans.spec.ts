import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { nodes, plansOf as plansOfQueries, work } from '../testing/query-plans.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

const DEVICES = 20_000

// What every device or page asks for must not grow with the number of devices.
describe('queries on hot paths', () => {
  let api: TestApi
  let user: TestUser
  let board: TestBoard
  let fleetId: string
  let image: string
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    fleetId = (await createFleet(api, user)).id
    const neighbour = (await createFleet(api, user)).id
    board = await joinFleet(api, user, fleetId)
    await api.database.query(
      `INSERT INTO devices (id, fleet_id, name, created_at, last_seen_at)
       SELECT gen_random_uuid(), CASE WHEN n % 10 = 0 THEN $1::uuid ELSE $2::uuid END, 'd' || n, now() + n * interval '1 s',
         now() FROM generate_series(1, $3) AS n`,
      [fleetId, neighbour, DEVICES],
    )
    await api.database.query(
      `INSERT INTO hardware (id, uuid, device_id, public_key, platform)
       SELECT gen_random_uuid(), md5(id::text), id, 'key', 'linux/amd64' FROM devices WHERE name LIKE 'd%'
       ON CONFLICT DO NOTHING`,
    )
    await api.database.query(
      `INSERT INTO device_events (device_id, fleet_id, at, kind, actor_kind, actor_id, actor_label, hardware_id, number)
       SELECT device_id, $1, now(), 'x', 'system', '', '', id, n FROM hardware, generate_series(1, 3) AS n`,
      [fleetId],
    )
    await api.database.query(
      `INSERT INTO device_logs (device_id, hardware_id, number, at, service, stream, text)
       SELECT device_id, id, n, now(), 'web', 'stdout', 'x' FROM hardware, generate_series(1, 5) AS n`,
    )
    image = await seedImages(neighbour)
    await api.database.query('ANALYZE')
  })
  afterAll(() => api.close())

  /** Many images and deltas of a fleet, and one image of the board's; gives the digest of that. */
  async function seedImages(neighbour: string): Promise<string> {
    const digest = "'sha256:' || encode(sha256(n::text::bytea), 'hex')"
    const other = await insertRelease(api.database, { fleetId: neighbour })
    await api.database.query(
      `INSERT INTO release_images (release_id, service, platform, repository, digest, config_digest, size_bytes)
       SELECT $1, 's' || n, 'linux/amd64', 'x', ${digest}, 'x', 1000000 FROM generate_series(1, 5000) AS n`,
      [other],
    )
    await api.database.query(
      `INSERT INTO image_deltas (id, fleet_id, service, platform, from_digest, to_digest, state, requested_by, blob_digest,
         size_bytes)
       SELECT gen_random_uuid(), $1, 's', 'linux/amd64', ${digest}, 'to', 'ready', 'build', 'x', 1
       FROM generate_series(1, 5000) AS n`,
      [neighbour],
    )
    const own = await insertRelease(api.database, { fleetId })
    await api.database.query('UPDATE release_images SET size_bytes = 1000000 WHERE release_id = $1', [own])
    const read = 'SELECT digest FROM release_images WHERE release_id = $1'
    const [row] = await api.database.query<{ digest: string }[]>(read, [own])
    return row?.digest ?? ''
  }

  const plansOf = (request: () => Promise<unknown>, matching: string) => plansOfQueries(api, request, matching)
  const call = async (path: string) => succeed(await api.call(user, `GET /api/v1/${path}` as `GET /${string}`))
  const cursor = (seconds: number) =>
    Buffer.from(
      JSON.stringify([
        new Date(Date.now() + seconds * 1000).toISOString().replace('T', ' ').replace('Z', '+00'),
        '00000000-0000-4000-8000-000000000000',
      ]),
    ).toString('base64url')

  it.each([
    ['a page of a fleet', () => `devices?fleet=${fleetId}&limit=50`, 'devices_page'],
    ['a page deep in a fleet', () => `devices?fleet=${fleetId}&limit=50&cursor=${cursor(DEVICES / 2)}`, 'devices_page'],
    ['a page of everything', () => 'devices?limit=50', 'devices_all_page'],
    ['one device', () => `devices/${board.deviceId}`, 'devices_pkey'],
    ['a device by its board', () => `devices?uuid=${board.uuid}`, 'hardware_uuid_key'],
    ['a device by name in a fleet', () => `devices?fleet=${fleetId}&name=d10`, 'devices_fleet_id_name_key'],
  ])('reads %s by an index', async (_name, path, index) => {
    const [plan] = await plansOf(() => call(path()), 'FROM devices d')
    expect(nodes(plan!).map((node) => node['Index Name'])).toContain(index)
    expect(work(plan!)).toBeLessThan(200)
  })

  it.each([
    ['history', () => `devices/${board.deviceId}/events`, 'device_events'],
    ['logs', () => `devices/${board.deviceId}/logs`, 'FROM device_logs'],
    ['logs of a service', () => `devices/${board.deviceId}/logs?service=web`, 'FROM device_logs'],
    ['boards', () => `devices/${board.deviceId}/hardware`, 'FROM hardware'],
    ['variables', () => `variables?device=${board.deviceId}`, '"variables"'],
  ])('reads the %s of a device by an index', async (_name, path, matching) => {
    for (const plan of await plansOf(() => call(path()), matching)) {
      expect(nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > 10)).toEqual([])
      expect(work(plan)).toBeLessThan(200)
    }
  })

  it('counts the devices of a page of releases once, not once for each', async () => {
    for (let n = 0; n < 20; n++) {
      const target = await insertRelease(api.database, { fleetId })
      await api.database.query('UPDATE fleets SET target_release_id = $2 WHERE id = $1', [fleetId, target])
    }
    const [plan] = await plansOf(() => call(`releases?fleet=${fleetId}`), 'FROM releases r')
    expect(work(plan!)).toBeLessThan(2 * DEVICES)
  })

  it('makes a target, takes a report, finds deltas and checks a token by indexes', async () => {
    const everything = async () => {
      const board = await joinFleet(api, user, fleetId)
      await succeed(await board.poll())
      const event = { number: 1, at: '2026-01-01T00:00:00Z', kind: 'x' }
      const report = { protocol: 1, baseline: 0, number: 1, at: event.at, changes: {}, events: [event] }
      await succeed(await board.call('PATCH /device/v1/report', report))
      const have = [`sha256:${board.uuid.repeat(2)}`]
      await succeed(await board.call('POST /device/v1/image-sources', { image, have }))
    }
    const tables = ['devices', 'hardware', 'device_events', 'device_reports', 'provisioning_keys', 'release_images']
    tables.push('image_deltas')
    for (const table of tables) {
      for (const plan of await plansOf(everything, table)) {
        const scans = nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === table)
        expect(scans.filter((node) => node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) > 100)).toEqual([])
      }
    }
  })
})
