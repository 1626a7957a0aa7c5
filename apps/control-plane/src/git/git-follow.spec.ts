import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { DEVICE_ROUTES } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { DOCKERFILE, PushBench } from './testing/push-bench.js'

describe('git push -o follow', () => {
  let bench: PushBench
  beforeAll(async () => {
    bench = await PushBench.open()
  })
  beforeEach(() => bench.reset())
  afterAll(() => bench.close())

  async function startFollowing() {
    await bench.copy.commit(DOCKERFILE)
    const push = bench.copy.start('push', '-o', 'follow', 'flotilla', 'main')
    await waitFor(() => push.output().includes('Following until the first device runs it'), { what: 'it follows' })
    return push
  }

  async function report(board: TestBoard, number: number, changes: object, events: object[] = []): Promise<void> {
    const at = new Date().toISOString()
    const body = { protocol: 1, baseline: 0, number, at, changes, events }
    await succeed(await board.call(`PATCH ${DEVICE_ROUTES.report}`, body))
  }

  it('stays until the first device runs the release', async () => {
    const board = await joinFleet(bench.api, bench.user, bench.fleet.id, { name: 'attic' })
    const push = await startFollowing()
    expect(push.output()).toMatch(/device online gets it now|offline as soon as it is back/)
    const releaseId = await bench.target()
    await report(board, 1, { activity: 'failing', explanation: 'the disk is full' })
    await waitFor(() => push.output().includes('attic: the disk is full'), { what: 'the trouble is told' })
    await report(board, 2, { activity: 'settled', apps: { [bench.fleet.id]: { releaseId, services: {} } } })
    const { code, output } = await push.ended
    expect(output).toMatch(/-----> Release 1-\w{7} runs on attic/)
    expect(code).toBe(0)
  })

  it('says which device refuses it, and why; the release is made all the same', async () => {
    const board = await joinFleet(bench.api, bench.user, bench.fleet.id, { name: 'cellar' })
    const push = await startFollowing()
    const at = new Date().toISOString()
    const detail = { step: 'pull-image', error: 'There is no image for linux/arm/v6.', isFinal: true }
    await report(board, 1, {}, [{ number: 1, at, kind: 'step-failed', detail }])
    const { code, output } = await push.ended
    expect(output).toContain('remote:  !     cellar refuses it: There is no image for linux/arm/v6.')
    expect(code).toBe(0)
  })

  it('ends at once where there is no device to follow', async () => {
    await bench.copy.commit(DOCKERFILE)
    const { code, output } = await bench.copy.push('-o', 'follow', 'main')
    expect(output).toContain('The fleet has no devices yet')
    expect(code).toBe(0)
  })
})
