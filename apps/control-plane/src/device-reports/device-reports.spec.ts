import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  DEVICE_ROUTES,
  type DeviceEventView,
  type DeviceView,
  diffMergePatch,
  type FleetView,
  type Json,
  type Page,
  type ProblemDetails,
  type ReportedState,
  type ReportRequest,
  type ReportResponse,
} from '@flotilla/contracts'
import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { KnownDevices } from '../hardware/index.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

type Changes = ReportRequest['changes']

describe('device reports', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  let releaseId: string
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id, { name: 'roof' })
    releaseId = await insertRelease(api.database, { fleetId: fleet.id })
  })
  afterAll(() => api.close())

  const send = (report: Partial<ReportRequest>, by = board) =>
    by.call(`PATCH ${DEVICE_ROUTES.report}`, {
      protocol: 1,
      baseline: 0,
      number: 1,
      at: '2026-11-21T12:00:00Z',
      changes: {},
      ...report,
    })
  const sent = async (report: Partial<ReportRequest>, by = board) =>
    (await succeed(await send(report, by))) as ReportResponse
  const read = (path: string) => api.call(user, `GET /api/v1/devices/${board.deviceId}${path}`)
  const state = async () => (await succeed(await read('/state'))) as ReportedState
  const view = async () => (await succeed(await read(''))) as DeviceView
  const events = async () =>
    ((await succeed(await read('/events?limit=500'))) as Page<DeviceEventView>).items.toReversed()
  const kinds = async () => (await events()).map((event) => event.kind)
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]
  const running = (status: string, more: Record<string, Json> = {}): Changes => ({
    apps: { [fleet.id]: { releaseId, services: { web: { status, ...more } } } },
  })

  it('has nothing to show before the first', async () => {
    expect(await refusal(await read('/state'))).toEqual([404, 'no-report-yet'])
  })

  it('shows what the device said, as a whole and in the device itself', async () => {
    const changes: Changes = {
      supervisor: { version: '0.1.0' },
      generation: 3,
      activity: 'updating',
      explanation: 'Downloads web: 10 %.',
      ...running('downloading', { progressPercent: 10 }),
    }
    expect(await sent({ changes })).toEqual({ stored: 1, storedEvents: 0 })
    expect(await state()).toMatchObject({ number: 1, at: '2026-11-21T12:00:00.000Z', state: changes })
    expect(await view()).toMatchObject({
      activity: 'updating',
      explanation: 'Downloads web: 10 %.',
      runningReleaseId: releaseId,
      runningVersion: expect.stringMatching(/^1-/) as unknown,
      reportedGeneration: 3,
      supervisorVersion: '0.1.0',
      serviceCounts: { downloading: 1 },
    })
  })

  it('reads what a device compressed to save its data plan', async () => {
    const report = { protocol: 1, baseline: 0, number: 1, at: '2026-11-21T12:00:00Z', changes: running('running') }
    const gzipped = { 'Content-Encoding': 'gzip' }
    await succeed(await board.call(`PATCH ${DEVICE_ROUTES.report}`, gzipSync(JSON.stringify(report)), gzipped))
    expect((await state()).state).toMatchObject(running('running'))
  })

  it('applies changes to what it holds', async () => {
    await sent({ number: 1, changes: { activity: 'updating', explanation: 'x', ...running('created') } })
    const next = {
      explanation: null,
      activity: 'settled',
      apps: { [fleet.id]: { services: { web: { status: 'running' } } } },
    }
    expect(await sent({ baseline: 1, number: 2, changes: next })).toEqual({ stored: 2, storedEvents: 0 })
    expect((await state()).state).toMatchObject({ activity: 'settled', apps: { [fleet.id]: { releaseId } } })
    expect((await state()).state).not.toHaveProperty('explanation')
  })

  it('takes a repeated report once', async () => {
    await sent({ number: 1, changes: running('created') })
    const again = { baseline: 1, number: 2, changes: running('running') }
    expect(await sent(again)).toEqual(await sent(again))
    expect((await kinds()).filter((kind) => kind === 'service-changed')).toHaveLength(2)
  })

  it('tells the device to begin anew where a report builds on what it does not hold', async () => {
    await sent({ number: 1, changes: running('created') })
    expect(await sent({ baseline: 7, number: 8, changes: running('exited') })).toEqual({ stored: 1, storedEvents: 0 })
    expect((await state()).number).toBe(1)
    const other = await joinFleet(api, user, fleet.id)
    expect(await sent({ baseline: 3, number: 4 }, other)).toEqual({ stored: 0, storedEvents: 0 })
    expect(await sent({ baseline: 0, number: 9, changes: running('running') })).toEqual({ stored: 9, storedEvents: 0 })
  })

  it('stores each event once, with its true time', async () => {
    const event = (number: number) => ({
      number,
      at: `2026-01-0${number}T00:00:00+01:00`,
      kind: 'step-done',
      detail: { number },
    })
    expect(await sent({ number: 1, events: [event(1), event(2)] })).toMatchObject({ storedEvents: 2 })
    const more = { baseline: 1, number: 2, events: [event(2), event(3)] }
    expect(await sent(more)).toMatchObject({ stored: 2, storedEvents: 3 })
    const stored = (await events()).filter((each) => each.kind === 'step-done')
    expect(stored.map((each) => each.detail.number)).toEqual([1, 2, 3])
    expect(stored[0]).toMatchObject({ at: '2025-12-31T23:00:00.000Z', actor: { kind: 'device', id: board.deviceId } })
  })

  it('stores events also where the state does not fit', async () => {
    const events = [{ number: 1, at: '2026-01-01T00:00:00Z', kind: 'step-failed', detail: {} }]
    expect(await sent({ baseline: 5, number: 6, events })).toEqual({ stored: 0, storedEvents: 1 })
  })

  it('writes every transition into the history', async () => {
    await sent({ number: 1, changes: { activity: 'updating', ...running('created') } })
    const failed = { activity: 'failing', explanation: 'web fails', ...running('exited', { exitCode: 3 }) }
    await sent({ baseline: 1, number: 2, changes: failed })
    await sent({ baseline: 2, number: 3, changes: running('exited', { restartCount: 4 }) })
    await sent({ baseline: 3, number: 4, changes: running('running', { health: 'healthy', exitCode: null }) })
    await sent({ baseline: 4, number: 5, changes: { apps: { [fleet.id]: null } } })
    const told = (await events()).filter((each) => each.kind !== 'registered')
    expect(told.map(({ kind, detail }) => ({ kind, from: detail.from, to: detail.to }))).toEqual([
      { kind: 'activity-changed', from: undefined, to: 'updating' },
      { kind: 'running-release-changed', from: undefined, to: releaseId },
      { kind: 'service-changed', from: undefined, to: 'created' },
      { kind: 'activity-changed', from: 'updating', to: 'failing' },
      { kind: 'service-changed', from: 'created', to: 'exited' },
      { kind: 'service-changed', from: 'exited', to: 'running, healthy' },
      { kind: 'running-release-changed', from: releaseId, to: undefined },
      { kind: 'service-changed', from: 'running, healthy', to: undefined },
    ])
    expect(told[4]?.detail).toMatchObject({ service: 'web', app: fleet.id, exitCode: 3 })
  })

  it('tells no transition when a device begins anew and says the same', async () => {
    await sent({ number: 1, changes: { activity: 'settled', ...running('running') } })
    const before = await kinds()
    await sent({ baseline: 0, number: 2, changes: { activity: 'settled', ...running('running') } })
    expect(await kinds()).toEqual(before)
  })

  it('refuses a release that does not exist, and stores nothing of the report', async () => {
    await sent({ number: 1, changes: running('created') })
    const unknown = '00000000-0000-4000-8000-000000000000'
    const changes = { activity: 'settled', apps: { [fleet.id]: { releaseId: unknown } } }
    const events = [{ number: 1, at: '2026-01-01T00:00:00Z', kind: 'step-done', detail: {} }]
    const before = [await state(), await kinds()]
    expect(await refusal(await send({ baseline: 1, number: 2, changes, events }))).toEqual([422, 'release-unknown'])
    expect([await state(), await kinds()]).toEqual(before)
  })

  it('refuses what would be no device state, or a very large one', async () => {
    const wrong = await send({ changes: { apps: { [fleet.id]: { services: { web: { status: 'dancing' } } } } } })
    expect(await refusal(wrong)).toEqual([422, 'report-invalid'])
    const services = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`s${index}`, { status: 'running', error: 'x'.repeat(2000) }]),
    )
    const large = await send({ changes: { apps: { [fleet.id]: { services } } } })
    expect(await refusal(large)).toEqual([413, 'report-too-large'])
    expect(await refusal(await send({ number: 0 }))).toEqual([400, 'invalid-input'])
    const deep = JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`) as Json
    expect(await refusal(await send({ changes: { deep } }))).toEqual([400, 'body-too-deep'])
    expect(await refusal(await read('/state'))).toEqual([404, 'no-report-yet'])
  })

  it('stores what crashing programs print', async () => {
    await sent({ number: 1, changes: running('exited', { error: 'a\0b\ud800c' }) })
    const { web } = (await state()).state.apps[fleet.id]?.services ?? {}
    expect(web?.error).toBe('a\uFFFDb\uFFFDc')
  })

  it('begins anew with another board in the same device', async () => {
    await sent({ number: 5, changes: running('running') })
    await api.database.query('UPDATE hardware SET public_key = public_key, id = gen_random_uuid() WHERE uuid = $1', [
      board.uuid,
    ])
    await api.database.query('UPDATE devices SET revision = revision + 1 WHERE id = $1', [board.deviceId])
    const replaced = await joinAgain(board)
    expect(await sent({ baseline: 5, number: 6, changes: running('exited') }, replaced)).toMatchObject({ stored: 0 })
    expect(await sent({ baseline: 0, number: 1, changes: running('exited') }, replaced)).toMatchObject({ stored: 1 })
  })

  it('is refused without a token', async () => {
    expect(await refusal(await api.call(undefined, `PATCH ${DEVICE_ROUTES.report}`, {}))).toEqual([
      401,
      'token-missing',
    ])
  })

  it('ends up with the state of the device, whatever is lost on the way', async () => {
    const service = fc.record(
      {
        status: fc.constantFrom('created', 'running', 'exited'),
        exitCode: fc.integer({ min: 0, max: 3 }),
        error: fc.constantFrom('out of memory', 'no such file'),
      },
      { requiredKeys: ['status'] },
    )
    const deviceState = fc.record(
      {
        activity: fc.constantFrom('settled', 'updating', 'failing'),
        generation: fc.integer({ min: 0, max: 9 }),
        apps: fc.dictionary(
          fc.constantFrom(fleet.id),
          fc.record({ services: fc.dictionary(fc.constantFrom('web', 'db', 'mqtt'), service) }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    )
    const step = fc.record({
      state: deviceState,
      fate: fc.constantFrom('heard', 'heard', 'answer lost', 'server lost'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const device = new ReportingDevice(sent)
        await api.database.query('DELETE FROM device_reports WHERE device_id = $1', [board.deviceId])
        for (const { state, fate } of steps) {
          await device.report(state, fate !== 'answer lost')
          if (fate === 'server lost') {
            await api.database.query('UPDATE device_reports SET number = 1000000 WHERE device_id = $1', [
              board.deviceId,
            ])
          }
        }
        const last = steps.at(-1)?.state as Record<string, Json>
        await device.settle(last)
        const [row] = await api.database.query<{ state: Json }[]>(
          'SELECT state FROM device_reports WHERE device_id = $1',
          [board.deviceId],
        )
        expect(row?.state).toEqual(last)
      }),
      { numRuns: 25 },
    )
  })

  /** The same board, after its row in the database got another id. */
  async function joinAgain(known: TestBoard): Promise<TestBoard> {
    await api.app.get(KnownDevices, { strict: false }).recheck()
    return known.join()
  }
})

/** The sending side, as the contract describes it: the baseline moves by answers alone. */
class ReportingDevice {
  private number = 0
  private baseline: { number: number; state: Record<string, Json> } = { number: 0, state: {} }

  constructor(private readonly send: (report: Partial<ReportRequest>) => Promise<ReportResponse>) {}

  async report(state: Record<string, Json>, hearsAnswer: boolean): Promise<boolean> {
    const number = ++this.number
    const changes = diffMergePatch(this.baseline.state, state) ?? {}
    const answer = await this.send({ baseline: this.baseline.number, number, changes })
    if (!hearsAnswer) return false
    const stored = answer.stored === number
    this.baseline = stored ? { number, state } : { number: 0, state: {} }
    return stored
  }

  async settle(state: Record<string, Json>): Promise<void> {
    for (let tries = 0; tries < 3; tries++) if (await this.report(state, true)) return
    throw new Error('The server never took the state')
  }
}
