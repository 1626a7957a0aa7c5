import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, TestBoard } from '../testing/test-board.js'
import { DeviceTurns } from './device-turns.js'

const AT = new Date().toISOString()
const REPORT = { protocol: 1, baseline: 0, number: 1, at: AT, changes: {}, events: [] }

describe('the requests of a whole fleet', () => {
  let api: TestApi
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    const user = await api.signUp('developer')
    board = await joinFleet(api, user, (await createFleet(api, user)).id)
  })
  afterAll(() => api.close())

  /** As many under way as are let in at once; gives a function that ends them. */
  function fill(): () => void {
    let end: () => void = () => undefined
    const over = new Promise<void>((resolve) => (end = resolve))
    const turns = api.app.get(DeviceTurns, { strict: false })
    while (turns.load < 1) void turns.run(() => over)
    return end
  }

  it('are sent away when there are too many at once, to come back at different times', async () => {
    await succeed(await board.call('PATCH /device/v1/report', REPORT))
    const end = fill()
    const answers = await Promise.all([
      board.call('PATCH /device/v1/report', { ...REPORT, number: 2 }),
      board.call('POST /device/v1/logs', { protocol: 1, lines: [] }),
      board.call('GET /device/v1/commands'),
      board.register(),
      board.answer('any'),
    ])
    for (const answer of answers) {
      expect([answer.status, ((await answer.json()) as ProblemDetails).code]).toEqual([503, 'overloaded'])
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
    }
    end()
    await succeed(await board.call('PATCH /device/v1/report', { ...REPORT, number: 3 }))
  })

  it('give their turn back when they fail', async () => {
    const changes = { apps: { [randomUUID()]: { releaseId: randomUUID() } } }
    const refused = await board.call('PATCH /device/v1/report', { ...REPORT, number: 4, changes })
    expect(refused.status).toBe(422)
    expect((await board.call('PATCH /device/v1/report', 'nonsense')).status).toBe(400)
    expect(api.app.get(DeviceTurns, { strict: false }).load).toBe(0)
  })
})
