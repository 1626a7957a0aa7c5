import {
  applyMergePatch,
  type DeviceState,
  type Json,
  type MetricsSample,
  type ReportRequest,
} from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { CloudError } from '../errors.js'
import { ReportBaselineKeeper } from '../report/baseline.js'
import type { ReportBaseline } from '../stored.js'
import { FakeClock } from '../testing/fake-clock.js'
import { FakeCloudDevice } from '../testing/fake-cloud-device.js'
import { MemoryDocument, MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import { ReportLoop } from './report.js'

const SECOND = 1000

describe('the report loop', () => {
  let clock: FakeClock
  let server: FakeCloudDevice
  let state: DeviceState
  let events: MemoryEventSpool
  let samples: MetricsSample[]
  let document: MemoryDocument<ReportBaseline>
  let loop: ReportLoop
  let stop: AbortController
  // What happens to the next reports, in order: 'lost' means carried out, and the answer never arrives.
  let fates: ('lost' | CloudError)[]
  let unwanted: (report: ReportRequest) => boolean

  beforeEach(async () => {
    clock = new FakeClock()
    const hardware = { uuid: 'a'.repeat(32), publicKey: 'k'.repeat(43), platform: 'linux/arm64' as const }
    server = new FakeCloudDevice(hardware, {
      deviceId: randomUUID(),
      deviceName: 'porch',
      fleetId: randomUUID(),
      targetKeys: [],
    })
    state = { generation: 1, activity: 'updating', explanation: 'Downloading.', apps: {} }
    events = new MemoryEventSpool()
    samples = []
    document = new MemoryDocument<ReportBaseline>()
    fates = []
    unwanted = () => false
    await start()
  })
  afterEach(() => stop.abort())

  async function start() {
    stop = new AbortController()
    const baseline = new ReportBaselineKeeper(document)
    await baseline.load()
    const isDue = () => samples.length > 2
    const metrics = { isDue, pending: (limit: number) => samples.slice(0, limit), acknowledge: takeSamples }
    loop = new ReportLoop(
      { sendReport, greet: () => Promise.resolve() },
      () => state,
      { baseline, events, metrics },
      { clock, log: silentLog() },
    )
    void loop.run(stop.signal)
    await clock.advance(SECOND)
  }

  function takeSamples(sent: readonly MetricsSample[]) {
    samples = samples.filter((sample) => !sent.includes(sample))
    return Promise.resolve()
  }

  async function sendReport(report: ReportRequest) {
    await Promise.resolve()
    const fate = fates.shift()
    if (fate instanceof CloudError) throw fate
    if (unwanted(report)) throw new CloudError('invalid', { status: 422 })
    const answer = server.takeReport(report)
    if (fate === 'lost') throw new CloudError('no answer', {})
    return answer
  }

  async function change(next: Partial<DeviceState>, ms = SECOND) {
    state = { ...state, ...next }
    loop.wake()
    await clock.advance(ms)
  }

  const numbers = () => server.reports.map(({ number }) => number)

  it('takes samples along with the next report, until the server has them', async () => {
    const first = { at: '2026-11-21T08:00:00.000Z', cpuPercent: 3 }
    samples = [first]
    fates.push('lost')
    await change({ activity: 'settled' }, 60 * SECOND)
    expect(server.reports.slice(1).map(({ metrics }) => metrics)).toEqual([[first], [first]])
    await change({ activity: 'updating' })
    expect(server.reports.at(-1)?.metrics).toBeUndefined()
  })

  it('reports for the sake of samples alone once they are due', async () => {
    samples = ['00', '01'].map((minute) => ({ at: `2026-11-21T08:${minute}:00.000Z` }))
    await clock.advance(600 * SECOND)
    expect(server.reports).toHaveLength(1)
    samples = [...samples, { at: '2026-11-21T08:02:00.000Z' }]
    await clock.advance(600 * SECOND)
    expect(server.reports).toHaveLength(2)
    expect(server.reports[1]).toMatchObject({ changes: {}, metrics: [{}, {}, {}] })
  })

  it('sends all of it first, and then only what changed', async () => {
    await change({ activity: 'settled' })
    expect(server.reports).toMatchObject([
      { baseline: 0, changes: { generation: 1, activity: 'updating' } },
      { baseline: server.reports[0]?.number, changes: { activity: 'settled' } },
    ])
    expect(Object.keys(server.reports[1]?.changes ?? {})).toEqual(['activity'])
    expect(server.state).toEqual(state)
  })

  it('says when something is no longer so', async () => {
    await change({ explanation: undefined })
    expect(server.reports.at(-1)?.changes).toEqual({ explanation: null })
    expect(server.state).not.toHaveProperty('explanation')
  })

  it('sends nothing while nothing changes', async () => {
    const before = server.reports.length
    for (let n = 0; n < 10; n++) await change({})
    await clock.advance(24 * 3600 * SECOND)
    expect(server.reports).toHaveLength(before)
  })

  it('repeats a report whose answer was lost as it was, and moves on from there', async () => {
    fates = ['lost', 'lost']
    await change({ activity: 'waiting' })
    await change({ activity: 'settled' }, 60 * SECOND)
    const [, lost, again, third, next] = server.reports
    expect(again).toEqual(lost)
    expect(third).toEqual(lost)
    expect(next).toMatchObject({ baseline: lost?.number, changes: { activity: 'settled' } })
    expect(server.state).toEqual(state)
  })

  it('takes as its baseline only what was acknowledged', async () => {
    fates = [new CloudError('no route', {}), new CloudError('busy', { status: 503 })]
    await change({ activity: 'waiting' }, 60 * SECOND)
    expect(server.state).toEqual(state)
  })

  it('sends all of it again to a server that holds something else', async () => {
    server.forgetState()
    await change({ activity: 'settled' })
    expect(server.state).toEqual(state)
    expect(server.reports.at(-1)).toMatchObject({ baseline: 0, changes: { generation: 1 } })
  })

  it('goes on from the acknowledged state after a restart, and never uses a number twice', async () => {
    fates = ['lost']
    await change({ activity: 'waiting' })
    stop.abort()
    await start()
    await change({ activity: 'settled' }, 60 * SECOND)
    expect(server.state).toEqual(state)
    expect(new Set(numbers()).size).toBe(numbers().length)
    expect(numbers()).toEqual([...numbers()].sort((a, b) => a - b))
  })

  it('sends after a restart only what changed since', async () => {
    stop.abort()
    await start()
    await change({ activity: 'settled' })
    expect(server.reports).toHaveLength(2)
    expect(server.reports[1]?.changes).toEqual({ activity: 'settled' })
  })

  it('delivers every event once, in order and with its own time, whatever gets lost', async () => {
    for (let n = 1; n <= 450; n++) {
      await events.append({ at: `2026-11-21T08:00:00.${n}Z`, kind: 'step-done', detail: { n } })
    }
    fates = ['lost', new CloudError('no route', {}), 'lost']
    loop.wake()
    await clock.advance(300 * SECOND)
    expect(server.events.map(({ detail }) => detail.n)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1))
    expect(server.events[449]?.at).toBe('2026-11-21T08:00:00.450Z')
    expect(Math.max(...server.reports.map((report) => report.events.length))).toBe(200)
    expect(events.pending(10)).toEqual([])
  })

  it('lets a flapping device send a burst, and then little', async () => {
    for (let n = 0; n < 3600; n++) await change({ explanation: `It is ${n}.` })
    expect(server.reports.length).toBeGreaterThan(100)
    expect(server.reports.length).toBeLessThan(800)
    await clock.advance(60 * SECOND)
    expect(server.state).toEqual(state)
  })

  it('does not stop for ever at events that the server does not want', async () => {
    await events.append({ at: '2026-11-21T08:00:00Z', kind: 'step-done', detail: { n: 1 } })
    unwanted = ({ events: sent }) => sent.some(({ detail }) => detail.n === 1)
    loop.wake()
    await clock.advance(60 * SECOND)
    await events.append({ at: '2026-11-21T08:01:00Z', kind: 'step-done', detail: { n: 2 } })
    await change({ activity: 'settled' }, 60 * SECOND)
    expect(server.state).toEqual(state)
    expect(server.events.map(({ detail }) => detail.n)).toEqual([2])
  })

  it('loses no event for a state that the server does not want', async () => {
    unwanted = ({ changes }) => changes.activity === 'failing'
    await change({ activity: 'failing' }, 60 * SECOND)
    for (let n = 1; n <= 3; n++) {
      await events.append({ at: '2026-11-21T08:00:00Z', kind: 'step-done', detail: { n } })
      loop.wake()
      await clock.advance(3600 * SECOND)
    }
    expect(server.events.map(({ detail }) => detail.n)).toEqual([1, 2, 3])
    expect(server.state.activity).toBe('updating')
    await change({ activity: 'settled' }, 3600 * SECOND)
    expect(server.state).toEqual(state)
  })

  it('gives changes that rebuild the state, whatever it was', async () => {
    let rebuilt: Json = {}
    const states: Partial<DeviceState>[] = [
      { apps: { a: { services: { web: { status: 'downloading', progressPercent: 5 } } } } },
      { apps: { a: { services: { web: { status: 'running' }, db: { status: 'created' } } } } },
      { apps: {} },
    ]
    for (const next of states) await change(next)
    for (const { changes } of server.reports) rebuilt = applyMergePatch(rebuilt, changes)
    expect(rebuilt).toEqual(state)
  })
})
