import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  DEVICE_ROUTES,
  type DeviceMetrics,
  DeviceMetricsSchema,
  type DeviceView,
  type MetricsSample,
  MetricsSampleSchema,
  type ProblemDetails,
} from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { MetricsRetention } from './index.js'

// The begin of a whole hour, some hours ago.
const START = Math.floor(Date.now() / 3_600_000 - 5) * 3_600_000
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

describe('metrics of devices', () => {
  let api: TestApi
  let user: TestUser
  let fleetId: string
  let board: TestBoard
  let number = 0
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    fleetId = (await createFleet(api, user)).id
  })
  beforeEach(async () => {
    board = await joinFleet(api, user, fleetId)
  })
  afterAll(() => api.close())

  const report = async (metrics: MetricsSample[], by = board) => {
    const body = { protocol: 1, baseline: 0, number: ++number, at: at(0), changes: {}, metrics }
    return succeed(await by.call(`PATCH ${DEVICE_ROUTES.report}`, body))
  }
  const ask = (query: Record<string, string>) =>
    api.call(user, `GET /api/v1/devices/${board.deviceId}/metrics?${new URLSearchParams(query).toString()}`)
  const read = async (query: Record<string, string>) => (await succeed(await ask(query))) as DeviceMetrics
  const hour = { from: at(0), to: at(3600) }

  it('are stored with a report, and read in steps', async () => {
    await report([
      { at: at(10), cpuPercent: 10, memoryUsedBytes: 1000, temperatureCelsius: 40.5, isThrottled: false },
      { at: at(20), cpuPercent: 20, memoryUsedBytes: 2001, isThrottled: true, networkSentBytes: 5 },
      { at: at(70), cpuPercent: 90, networkSentBytes: 9 },
    ])
    expect((await read({ ...hour, step: '60' })).samples).toEqual([
      {
        ...{ at: at(0), cpuPercent: 15, memoryUsedBytes: 1501, temperatureCelsius: 40.5 },
        ...{ isThrottled: true, networkSentBytes: 5 },
      },
      { at: at(60), cpuPercent: 90, networkSentBytes: 9 },
    ])
    expect((await read({ ...hour, step: '3600' })).samples).toMatchObject([{ cpuPercent: 40, networkSentBytes: 9 }])
    expect((await read({ from: at(60), to: at(70), step: '60' })).samples).toEqual([])
  })

  it('keep every part that the contract knows', async () => {
    const sample = Object.fromEntries(
      Object.entries(MetricsSampleSchema.shape).map(([name]) => [name, /^(is|was)/.test(name) ? true : 7]),
    )
    const whole = { ...sample, at: at(1) } as MetricsSample
    await report([whole])
    expect((await read({ from: at(0), to: at(60), step: '1' })).samples).toEqual([whole])
  })

  it('are stored once, however often they come', async () => {
    await report([{ at: at(1), cpuPercent: 10 }])
    await report([
      { at: at(1), cpuPercent: 99 },
      { at: at(2), cpuPercent: 30 },
    ])
    expect((await read({ ...hour, step: '3600' })).samples).toMatchObject([{ cpuPercent: 20 }])
  })

  it('show the newest in the device', async () => {
    await report([
      { at: at(2), cpuPercent: 30 },
      { at: at(1), cpuPercent: 10 },
    ])
    const view = async () =>
      (await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))) as DeviceView
    expect((await view()).metrics).toEqual({ at: at(2), cpuPercent: 30 })
    await report([])
    expect((await view()).metrics).toEqual({ at: at(2), cpuPercent: 30 })
  })

  it('give the last day where nothing else is asked for, and refuse what makes no sense', async () => {
    const { from, to, stepSeconds } = DeviceMetricsSchema.parse(await read({}))
    expect([Date.parse(to) - Date.parse(from), stepSeconds]).toEqual([86_400_000, 288])
    const code = async (query: Record<string, string>) => ((await (await ask(query)).json()) as ProblemDetails).code
    expect(await code({ from: at(10), to: at(10) })).toBe('range-invalid')
    expect(await code({ ...hour, step: '1' })).toBe('too-many-steps')
    expect(await code({ from: 'yesterday' })).toBe('invalid-input')
  })

  it('are of no time that cannot be, and removed by age', async () => {
    await report([
      { at: '1970-01-01T00:00:00Z', cpuPercent: 1 },
      { at: '2199-01-01T00:00:00Z', cpuPercent: 1 },
      { at: at(1), cpuPercent: 1 },
    ])
    const rows = () =>
      api.database.query<{ at: Date }[]>('SELECT at FROM device_metrics WHERE device_id = $1', [board.deviceId])
    expect(await rows()).toHaveLength(1)
    await api.database.query(`UPDATE device_metrics SET at = at - interval '31 days' WHERE device_id = $1`, [
      board.deviceId,
    ])
    await api.app.get(MetricsRetention, { strict: false }).run()
    expect(await rows()).toEqual([])
  })
})
