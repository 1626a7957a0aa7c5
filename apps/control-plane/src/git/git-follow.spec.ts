import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type AppState, DEVICE_ROUTES, type Rejection } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { Sightings } from '../devices/index.js'
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

  /** A board that the server has heard of a moment ago: what is followed must not run out of patience with it. */
  async function joinOnline(name: string): Promise<TestBoard> {
    const board = await joinFleet(bench.api, bench.user, bench.fleet.id, { name })
    await board.poll()
    await bench.api.app.get(Sightings, { strict: false }).store()
    return board
  }

  async function report(board: TestBoard, number: number, changes: object, events: object[] = []): Promise<void> {
    const at = new Date().toISOString()
    const body = { protocol: 1, baseline: 0, number, at, changes, events }
    await succeed(await board.call(`PATCH ${DEVICE_ROUTES.report}`, body))
  }

  /** What a board says of the fleet's app. */
  const app = (state: Partial<Record<keyof AppState, unknown>>) => ({ apps: { [bench.fleet.id]: state } })

  function rejectionOf(releaseId: string | undefined): Partial<Rejection> {
    const reason = 'web ended with exit code 1, three times within 20 seconds.'
    const services = { web: { reason, exitCode: 1, lastLines: 'starting\nError: no configuration' } }
    return { releaseId, version: '1', at: new Date().toISOString(), code: 'crash-loop', reason, services }
  }

  it('stays until the first device runs the release, and tells what stands between', async () => {
    const board = await joinOnline('attic')
    const push = await startFollowing()
    expect(push.output()).toMatch(/device online gets it now|offline as soon as it is back/)
    const releaseId = await bench.target()
    const download = { doneBytes: 20_000_000, neededBytes: 50_000_000, way: 'layers' }
    const web = { status: 'downloading', download }
    await report(board, 1, { activity: 'updating', ...app({ services: { web } }) })
    const line = 'attic: downloads: 20.0 MB of 50.0 MB (40 %)'
    await waitFor(() => push.output().includes(line), { what: 'the download is told of' })
    const explanation = `Release 1 is watched for 1 more minute.`
    await report(board, 2, { activity: 'waiting', explanation, ...app({ releaseId, trial: { releaseId } }) })
    await waitFor(() => push.output().includes(`attic: ${explanation}`), { what: 'it is on trial' })
    await report(board, 3, { activity: 'settled', ...app({ releaseId, confirmedReleaseId: releaseId }) })
    const { code, output } = await push.ended
    expect(output).toMatch(/-----> Release 1-\w{7} runs on attic\n/)
    expect(code).toBe(0)
  })

  it('says how many of the devices online run it', async () => {
    const boards = await Promise.all(['attic', 'cellar'].map(joinOnline))
    const push = await startFollowing()
    const [attic, cellar] = boards as [TestBoard, TestBoard]
    await report(cellar, 1, { activity: 'updating' })
    await report(attic, 1, { activity: 'settled', ...app({ releaseId: await bench.target() }) })
    expect((await push.ended).output).toMatch(/Release 1-\w{7} runs on attic: 1 of 2 devices online\n/)
  })

  it('sums up what a larger fleet does, and names who has trouble', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const boards = await Promise.all(names.map((name) => joinOnline(`pier-${name}`)))
    const push = await startFollowing()
    await Promise.all(boards.map((board) => report(board, 1, { activity: 'updating', explanation: 'Downloading.' })))
    await waitFor(() => push.output().includes(' of 6 devices online run it; '), { what: 'it is summed up' })
    await report(boards[5] as TestBoard, 2, { activity: 'failing', explanation: 'the disk is full' })
    await waitFor(() => push.output().includes('pier-f: the disk is full'), { what: 'the trouble is told' })
    for (const board of boards) {
      await report(board, 3, { activity: 'settled', ...app({ releaseId: await bench.target() }) })
    }
    const { output } = await push.ended
    expect(output).toMatch(/runs on pier-a.*: \d of 6 devices online/)
    expect(output).not.toContain('Downloading.')
  })

  it('tells of a device that gives it up: why, and what it saw; the release is made all the same', async () => {
    const board = await joinOnline('cellar')
    const push = await startFollowing()
    const releaseId = await bench.target()
    // Its containers are up for a moment each time.
    await report(board, 1, { activity: 'updating', ...app({ releaseId, trial: { releaseId } }) })
    await report(board, 2, { activity: 'waiting', ...app({ rejected: rejectionOf(releaseId) }) })
    const { code, output } = await push.ended
    expect(output).toContain('remote:  !     cellar refuses it: web ended with exit code 1, three times')
    expect(output).toContain('remote:  !     The log of web ends with:\nremote:        | starting\n')
    expect(output).toContain('remote:        | Error: no configuration\n')
    expect(output).toContain('It goes back to its last good release.')
    expect(output).toContain('flotilla device explain cellar')
    expect(output).not.toContain('runs on')
    expect(code).toBe(0)
  })

  it('tells of a first release that fails, and is tried again', async () => {
    const board = await joinOnline('cellar')
    const push = await startFollowing()
    const releaseId = await bench.target()
    const trial = { releaseId, failures: 1, lastFailure: rejectionOf(releaseId) }
    await report(board, 1, { activity: 'waiting', ...app({ releaseId, trial }) })
    const { code, output } = await push.ended
    expect(output).toContain('cellar fails with it: web ended with exit code 1')
    expect(output).toContain('It has no release to go back to, and tries this one again.')
    expect(code).toBe(0)
  })

  it('tells of a device that cannot run it at all', async () => {
    const board = await joinOnline('cellar')
    const push = await startFollowing()
    const at = new Date().toISOString()
    const detail = { step: 'pull-image', error: 'There is no image for linux/arm/v6.', isFinal: true }
    await report(board, 1, {}, [{ number: 1, at, kind: 'step-failed', detail }])
    const { code, output } = await push.ended
    expect(output).toContain('remote:  !     cellar refuses it: There is no image for linux/arm/v6.')
    expect(code).toBe(0)
  })

  it('does not wait for devices of which none is online', async () => {
    await joinFleet(bench.api, bench.user, bench.fleet.id, { name: 'shed' })
    const { code, output } = await (await startFollowing()).ended
    expect(output).toContain('No device is online, so there is nothing to follow: each gets it as soon as it is back.')
    expect(code).toBe(0)
  })

  it('ends at once where there is no device to follow', async () => {
    await bench.copy.commit(DOCKERFILE)
    const { code, output } = await bench.copy.push('-o', 'follow', 'main')
    expect(output).toContain('The fleet has no devices yet')
    expect(code).toBe(0)
  })
})
