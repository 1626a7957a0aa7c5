import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from './edge/fake/fake-daemon.js'
import { FakeEngine } from './edge/fake/fake-engine.js'
import { systemClock } from './edge/host/clock.js'
import type { Clock } from './ports.js'
import { eventually } from './testing/eventually.js'
import { FakeCloud } from './testing/fake-cloud.js'
import { app, fakeImage, imageName, service } from './testing/targets.js'
import { startAgent, testHost, type TestAgent } from './testing/test-agent.js'

const DECADES = 56 * 365 * 24 * 3_600_000
const MINUTE = 60_000

describe('what a board without a battery does while it is alone', () => {
  let cloud: FakeCloud
  let daemon: FakeDaemon
  let folder: string
  let agent: TestAgent
  // How far the board's clock is behind.
  let behindMs = 0
  const clock: Clock = { ...systemClock, random: () => 0.01, now: () => Date.now() - behindMs }
  const web = fakeImage('web')

  const start = async (bootId: string) => {
    const host = { ...testHost, facts: () => ({ bootId }) }
    agent = await startAgent({ cloud, engine: (id) => new FakeEngine(id, daemon), folder, clock, host })
  }
  const kept = async (kind: string) => {
    const journal = await readFile(join(folder, 'state/events.jsonl'), 'utf8')
    return journal.split('\n').filter((line) => line.includes(`"${kind}"`)).length
  }
  const starts = () => kept('start-container')
  /** Something to remember: the service is started again, and says so. */
  const restartService = async () => {
    const before = await starts()
    daemon.containerOf('web')?.stop()
    await eventually(async () => (await starts()) > before)
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foffline-'))
    cloud = await FakeCloud.start()
    daemon = new FakeDaemon(clock, { program: () => ({ prints: [{ stream: 'stdout', text: 'hello' }] }) })
    daemon.published.add(imageName(web))
    await start('boot-1')
    await eventually(() => cloud.devices.size === 1)
    cloud.deploy(cloud.device, [app(1, { web: service(web) })])
    await eventually(() => cloud.device.logs.length === 1)
    await agent.stop()
    // Two boots with a clock that begins long ago; the first of them never speaks to the server.
    behindMs = DECADES
    cloud.fault = () => ({ status: 503 })
    await start('boot-2')
    await restartService()
    await agent.stop()
    await start('boot-3')
    await restartService()
    const lines = () => readFile(join(folder, 'state/logs/segment-0000000001.jsonl'), 'utf8').catch(() => '')
    await eventually(async () => (await lines()).length > 0)
    cloud.fault = () => undefined
    await eventually(() => cloud.device.events.filter(({ detail }) => detail.step === 'start-container').length >= 3)
    await eventually(() => cloud.device.logs.length > 1)
  })
  afterAll(async () => {
    await agent.stop()
    await cloud.stop()
    await rm(folder, { recursive: true })
  })

  it('arrives later, in order, and at its true time', () => {
    const { events } = cloud.device
    expect(events.map(({ number }) => number)).toEqual(events.map((_event, index) => index + 1))
    const times = events.map(({ at }) => Date.parse(at))
    expect(times).toEqual([...times].sort((a, b) => a - b))
    for (const time of times) expect(Math.abs(time - Date.now())).toBeLessThan(5 * MINUTE)
  })

  it('is marked where its time had to be estimated', () => {
    const boots = cloud.device.events.filter(({ kind }) => kind === 'supervisor-started')
    expect(boots.map(({ detail }) => [detail.bootId, detail.timeIsEstimated])).toEqual([
      ['boot-1', undefined],
      ['boot-2', true],
      ['boot-3', undefined],
    ])
  })

  it('is so for what containers wrote in a boot whose time became known', () => {
    const times = cloud.device.logs.map(({ at }) => Date.parse(at))
    expect(Math.abs((times.at(-1) ?? 0) - Date.now())).toBeLessThan(5 * MINUTE)
  })
})
