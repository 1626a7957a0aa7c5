import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { FleetView, Target, VariableView } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import fc from 'fast-check'
import { DataSource } from 'typeorm'
import { FleetsService } from '../fleets/index.js'
import { KnownDevices } from '../hardware/index.js'
import { Changes } from '../live/changes.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

const SYSTEM = { kind: 'system', id: 'system', label: 'Flotilla' } as const

/** Every way in which what a device should run, or be told, can change. Each gives false where it does not apply now. */
class World {
  private count = 0

  constructor(
    private readonly api: TestApi,
    private readonly user: TestUser,
    private readonly board: TestBoard,
    private readonly fleets: [FleetView, FleetView],
  ) {}

  readonly changes: Record<string, () => Promise<unknown>> = {
    'fleet variable': async () => this.put({ fleetId: await this.fleetId() }),
    'fleet service variable': async () => this.put({ fleetId: await this.fleetId(), service: 'main' }),
    'device variable': () => this.put({ deviceId: this.board.deviceId }),
    'device service variable': () => this.put({ deviceId: this.board.deviceId, service: 'main' }),
    'config variable': () => this.put({ deviceId: this.board.deviceId, kind: 'config' }),
    'removed variable': async () => {
      const { id } = (await this.put({ deviceId: this.board.deviceId })) as VariableView
      return this.call(`DELETE /api/v1/variables/${id}`)
    },
    'device name': () => this.patch(`devices/${this.board.deviceId}`, { name: `name-${this.count}` }),
    'fleet name': async () => this.patch(`fleets/${await this.fleetId()}`, { name: this.unique() }),
    'device pin': async () => {
      const release = await insertRelease(this.api.database, { fleetId: await this.fleetId() })
      return this.patch(`devices/${this.board.deviceId}`, { pinnedReleaseId: release })
    },
    'fleet pin': async () => {
      const fleetId = await this.fleetId()
      const pinnedReleaseId = await insertRelease(this.api.database, { fleetId })
      await this.patch(`fleets/${fleetId}`, { pinnedReleaseId })
      return this.patch(`fleets/${fleetId}`, { pinnedReleaseId: null })
    },
    'final release': () => this.release('releaseFinalized'),
    'invalidated release': () => this.release('releaseInvalidated'),
    move: () => this.move({}),
    'move with a new name': () => this.move({ name: this.unique() }),
    'another system on the board': async () => {
      const { platform } = this.board.description
      this.board.description.platform = platform === 'linux/amd64' ? 'linux/arm64' : 'linux/amd64'
      return succeed(await this.board.register())
    },
  }

  private async release(what: 'releaseFinalized' | 'releaseInvalidated') {
    const fleetId = await this.fleetId()
    const releaseId = await insertRelease(this.api.database, { fleetId })
    const fleets = this.api.app.get(FleetsService, { strict: false })
    await this.api.app.get(Changes, { strict: false }).run(async (transaction, announce) => {
      announce(...(await fleets[what](transaction, { fleetId, releaseId, actor: SYSTEM })))
    })
  }

  private async move(more: object) {
    const here = await this.fleetId()
    const there = this.fleets.find((fleet) => fleet.id !== here)
    return this.patch(`devices/${this.board.deviceId}`, { fleetId: there?.id, ...more })
  }

  private async fleetId(): Promise<string> {
    const [row] = await this.api.database.query<{ fleet_id: string }[]>('SELECT fleet_id FROM devices WHERE id = $1', [
      this.board.deviceId,
    ])
    return row?.fleet_id ?? ''
  }

  private put(place: object) {
    return this.call('PUT /api/v1/variables', { ...place, name: 'A', value: this.unique() })
  }

  private patch(path: string, body: unknown) {
    return this.call(`PATCH /api/v1/${path}`, body)
  }

  private unique(): string {
    return `n-${this.count++}-${Date.now()}`
  }

  private async call(request: `PUT /${string}` | `PATCH /${string}` | `DELETE /${string}`, body?: unknown) {
    return succeed(await this.api.call(this.user, request, body))
  }
}

describe('the generation of a device', () => {
  let api: TestApi
  let user: TestUser
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  afterAll(() => api.close())

  async function makeWorld() {
    const fleets: [FleetView, FleetView] = [await createFleet(api, user), await createFleet(api, user)]
    const board = await joinFleet(api, user, fleets[0].id)
    return { board, world: new World(api, user, board, fleets) }
  }

  /** The next target after a change; a bus message later than the change itself, so it is waited for. */
  async function nextTarget(board: TestBoard, etag: string): Promise<{ target: Target; etag: string }> {
    await waitFor(async () => (await board.poll(etag)).status === 200, { what: 'a new generation' })
    const response = await board.poll(etag)
    const { payload } = (await succeed(response)) as { payload: string }
    return { target: JSON.parse(payload) as Target, etag: response.headers.get('etag') ?? '' }
  }

  it('grows with every kind of change, in whatever order they come', async () => {
    const { board, world } = await makeWorld()
    const names = Object.keys(world.changes)
    const order = fc.sample(fc.shuffledSubarray(names, { minLength: names.length }), 2).flat()
    let last = await nextTarget(board, '')
    for (const name of order) {
      await world.changes[name]?.()
      const next = await nextTarget(board, last.etag)
      expect([name, next.target.generation > last.target.generation]).toEqual([name, true])
      expect(next.etag).toBe(`"${next.target.generation}"`)
      last = next
    }
    expect((await board.poll(last.etag)).status).toBe(304)
  })

  it('grows when a device moves to a fleet with more, or fewer, changes behind it', async () => {
    const { board, world } = await makeWorld()
    const seen = [(await board.target()).generation]
    for (let count = 0; count < 5; count++) await world.changes['fleet variable']?.()
    for (let count = 0; count < 4; count++) {
      await world.changes.move?.()
      seen.push((await board.target()).generation)
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('grows by all of many changes at the same time', async () => {
    const { board, world } = await makeWorld()
    const before = (await board.target()).generation
    const changes = ['fleet variable', 'device variable', 'device service variable', 'config variable']
    await Promise.all([...changes, ...changes, ...changes].map(async (name) => world.changes[name]?.()))
    expect((await board.target()).generation).toBe(before + 12)
    const moves = Array.from({ length: 6 }, async () => world.changes.move?.())
    const variables = Array.from({ length: 6 }, async () => world.changes['fleet variable']?.())
    await Promise.all([...moves, ...variables])
    expect((await board.target()).generation).toBeGreaterThan(before + 12)
  })

  it('counts a change of the fleet that a device is leaving at that moment', async () => {
    const { board, world } = await makeWorld()
    const { generation, fleet } = await board.target()
    const change = api.database.createQueryRunner()
    await change.startTransaction()
    await change.query('UPDATE fleets SET revision = revision + 1 WHERE id = $1', [fleet.id])
    const moving = world.changes.move?.()
    await Promise.race([waiters(1), moving])
    await change.commitTransaction()
    await change.release()
    await moving
    expect((await board.target()).generation).toBe(generation + 2)
  })

  it('grows also where a move and a change of the fleet wait for each other', async () => {
    const { board, world } = await makeWorld()
    const { generation, fleet } = await board.target()
    const releases = [await insertRelease(api.database, { fleetId: fleet.id })]
    releases.push(await insertRelease(api.database, { fleetId: fleet.id }))
    const [releaseId, pinnedReleaseId] = releases
    const patch = async (path: string, body: object) => succeed(await api.call(user, `PATCH /api/v1/${path}`, body))
    await patch(`fleets/${fleet.id}`, { pinnedReleaseId: releaseId })
    // What is forced on a device ends with its fleet's release: whoever changes the one then needs the other.
    await succeed(await api.call(user, `PUT /api/v1/devices/${board.deviceId}/forced-release`, { releaseId }))
    const holder = api.database.createQueryRunner()
    await holder.startTransaction()
    await holder.query('SELECT FROM fleets WHERE id = $1 FOR UPDATE', [fleet.id])
    const pinning = patch(`fleets/${fleet.id}`, { pinnedReleaseId })
    await waiters(1)
    const moving = world.changes.move?.()
    await waiters(2)
    await holder.commitTransaction()
    await holder.release()
    await Promise.all([pinning, moving])
    expect((await board.target()).generation).toBeGreaterThanOrEqual(generation + 3)
  })

  /** Until so many of our transactions wait for a lock. */
  const waiters = (count: number) =>
    waitFor(
      async () => {
        const sql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
        return (await api.database.query<unknown[]>(sql)).length >= count
      },
      { what: `${count} transactions wait` },
    )

  it('is noticed by a process that missed the message', async () => {
    const { board } = await makeWorld()
    const etag = (await board.poll()).headers.get('etag') ?? ''
    expect((await board.poll(etag)).status).toBe(304)
    await api.app.get(DataSource).query('UPDATE devices SET revision = revision + 1 WHERE id = $1', [board.deviceId])
    expect((await board.poll(etag)).status).toBe(304)
    await api.app.get(KnownDevices, { strict: false }).recheck()
    expect((await board.poll(etag)).status).toBe(200)
  })
})
