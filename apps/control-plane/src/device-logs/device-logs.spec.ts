import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { gzipSync } from 'node:zlib'
import {
  DEVICE_ROUTES,
  type DeviceLogLineView,
  type FleetView,
  type LogBatch,
  type LogBatchResponse,
  type LogLine,
  MAX_LOG_LINE_BYTES,
  type Page,
  type ProblemDetails,
} from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { DeviceLogRetention } from './index.js'

describe('device logs', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('observer')
    const developer = await api.signUp('developer', user.organization)
    fleet = await createFleet(api, developer)
  })
  beforeEach(async () => {
    board = await joinFleet(api, await api.signUp('developer', user.organization), fleet.id)
  })
  afterAll(() => api.close())

  const line = (number: number, more: Partial<LogLine> = {}): LogLine => ({
    number,
    at: '2026-11-21T12:00:00.000Z',
    service: 'web',
    stream: 'stdout',
    text: `line ${number}`,
    ...more,
  })
  const lines = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => line(first + index))
  const send = (batch: Partial<LogBatch>, by = board) =>
    by.call(`POST ${DEVICE_ROUTES.logs}`, { protocol: 1, lines: [], ...batch })
  const sent = async (batch: Partial<LogBatch>, by = board) =>
    (await succeed(await send(batch, by))) as LogBatchResponse
  const list = async (query = '') =>
    (
      (await succeed(
        await api.call(user, `GET /api/v1/devices/${board.deviceId}/logs${query}`),
      )) as Page<DeviceLogLineView>
    ).items
  const texts = async (query = '') => (await list(query)).map((each) => each.text)
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  it('are stored, plain or with gzip, and shown oldest first', async () => {
    expect(await sent({ lines: lines(1, 2) })).toEqual({ stored: 2 })
    const body = gzipSync(JSON.stringify({ protocol: 1, lines: [line(3, { stream: 'stderr', truncated: true })] }))
    const zipped = await board.call(`POST ${DEVICE_ROUTES.logs}`, body, { 'Content-Encoding': 'gzip' })
    expect(await succeed(zipped)).toEqual({ stored: 3 })
    const shown = await list()
    expect(shown.map((each) => each.text)).toEqual(['line 1', 'line 2', 'line 3'])
    expect(shown[2]).toMatchObject({
      service: 'web',
      stream: 'stderr',
      truncated: true,
      at: '2026-11-21T12:00:00.000Z',
    })
  })

  it('are stored once, however often and in how many batches at a time they come', async () => {
    await Promise.all(
      [lines(1, 60), lines(1, 60), lines(30, 90), lines(50, 100)].map((batch) => sent({ lines: batch })),
    )
    expect(await sent({ lines: lines(1, 100) })).toEqual({ stored: 100 })
    expect((await texts('?limit=1000')).toSorted()).toEqual(
      lines(1, 100)
        .map((each) => each.text)
        .toSorted(),
    )
    expect(await sent({})).toEqual({ stored: 100 })
  })

  it('keep the numbers of two boards apart', async () => {
    const other = await joinFleet(api, await api.signUp('developer', user.organization), fleet.id)
    expect(await sent({ lines: lines(1, 3) })).toEqual({ stored: 3 })
    expect(await sent({ lines: lines(1, 5) }, other)).toEqual({ stored: 5 })
    expect(await texts()).toHaveLength(3)
  })

  it('say where the device dropped lines, once', async () => {
    await sent({ lines: lines(1, 2) })
    const batch = { lines: lines(10, 11), dropped: 7 }
    await sent(batch)
    await sent(batch)
    const gap = '7 lines were dropped here: the device had no more space for them.'
    expect(await texts()).toEqual(['line 1', 'line 2', gap, 'line 10', 'line 11'])
    expect((await list())[2]).toMatchObject({ stream: 'system' })
    const [position] = await api.database.query<{ dropped: string }[]>(
      'SELECT dropped FROM device_log_positions WHERE device_id = $1',
      [board.deviceId],
    )
    expect(position?.dropped).toBe('7')
  })

  it('are read in pages in both directions, and by service', async () => {
    await sent({
      lines: [...lines(1, 6), line(7, { service: 'db' }), line(8, { service: undefined, stream: 'system' })],
    })
    expect(await texts('?limit=2')).toEqual(['line 7', 'line 8'])
    const all = await list()
    expect(await texts(`?limit=2&before=${all[4]?.id}`)).toEqual(['line 3', 'line 4'])
    expect(await texts(`?limit=2&after=${all[4]?.id}`)).toEqual(['line 6', 'line 7'])
    expect(await texts('?service=db')).toEqual(['line 7'])
    expect(await texts(`?after=${'9'.repeat(40)}`)).toEqual([])
  })

  it('can hold what a crashing program prints', async () => {
    await sent({ lines: [line(1, { text: 'a\0b\ud800c' })] })
    expect(await texts()).toEqual(['a\uFFFDb\uFFFDc'])
  })

  it('refuse lines that the device should have cut', async () => {
    const long = await send({ lines: [line(1), line(2, { text: 'é'.repeat(MAX_LOG_LINE_BYTES / 2 + 1) })] })
    expect(await refusal(long)).toEqual([422, 'log-line-too-long'])
    const huge = await send({ lines: [line(1, { text: 'x'.repeat(10 * 1024 * 1024) })] })
    expect(await refusal(huge)).toEqual([413, 'body-too-large'])
    const bomb = gzipSync(JSON.stringify({ protocol: 1, lines: [line(1, { text: 'x'.repeat(10 * 1024 * 1024) })] }))
    const zipped = await board.call(`POST ${DEVICE_ROUTES.logs}`, bomb, { 'Content-Encoding': 'gzip' })
    expect(await refusal(zipped)).toEqual([413, 'body-too-large'])
    expect(await texts()).toEqual([])
    expect((await send({ lines: [line(1, { text: 'x'.repeat(MAX_LOG_LINE_BYTES) })] })).status).toBe(200)
  })

  it('are followed live, from where a reader left off', async () => {
    await sent({ lines: lines(1, 3) })
    const [first] = await list()
    const stop = new AbortController()
    const path = `/api/v1/devices/${board.deviceId}/logs/stream?after=${first?.id}`
    const answer = await fetch(api.url + path, {
      headers: { Authorization: `Bearer ${user.token}` },
      signal: stop.signal,
    })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const seen: string[] = []
    let rest = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events.filter((each) => each.includes('event: line'))) {
        seen.push((JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '') as DeviceLogLineView).text)
      }
      if (seen.length === 2) await sent({ lines: lines(4, 5) })
      if (seen.length === 4) break
    }
    stop.abort()
    expect(seen).toEqual(['line 2', 'line 3', 'line 4', 'line 5'])
  })

  it('are kept up to a number of lines for each device, and not longer than it', async () => {
    const other = await joinFleet(api, await api.signUp('developer', user.organization), fleet.id)
    await sent({ lines: lines(1, 30) })
    await sent({ lines: lines(1, 10) }, other)
    const retention = api.app.get(DeviceLogRetention, { strict: false })
    expect(await retention.run(10)).toBeGreaterThanOrEqual(20)
    expect(await texts()).toEqual(lines(21, 30).map((each) => each.text))
    expect(await retention.run(10)).toBe(0)
    await sent({ lines: lines(31, 31) })
    expect(await retention.run(10)).toBe(1)
    await succeed(
      await api.call(await api.signUp('operator', user.organization), `DELETE /api/v1/devices/${board.deviceId}`),
    )
    expect(await retention.run(10)).toBe(10)
  })

  it('are hidden from other organizations', async () => {
    const stranger = await api.signUp('admin')
    for (const path of ['logs', 'logs/stream'] as const) {
      const response = await api.call(stranger, `GET /api/v1/devices/${board.deviceId}/${path}`)
      expect(await refusal(response)).toEqual([404, 'device-not-found'])
    }
  })
})
