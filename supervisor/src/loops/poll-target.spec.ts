import { DEVICE_ROUTES, TargetSchema, type TargetInput } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { systemClock } from '../edge/host/clock.js'
import { CloudError } from '../errors.js'
import { EventRecorder } from '../events.js'
import type { TargetAnswer } from '../ports.js'
import { TargetKeeper } from '../target/target-keeper.js'
import { eventually } from '../testing/eventually.js'
import { FakeClock } from '../testing/fake-clock.js'
import { FakeCloud } from '../testing/fake-cloud.js'
import { MemoryDocument, MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'
import { startAgent, type TestAgent } from '../testing/test-agent.js'
import { PollLoop } from './poll-target.js'

describe('polling the target', () => {
  let folder: string
  let cloud: FakeCloud
  let daemon: FakeDaemon
  let agent: TestAgent
  const web = fakeImage('web')
  const evil = fakeImage('evil')

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fpoll-'))
    cloud = await FakeCloud.start()
    daemon = new FakeDaemon(systemClock)
    for (const image of [web, evil]) daemon.published.add(imageName(image))
    await start()
    await eventually(() => cloud.devices.size === 1)
    cloud.deploy(cloud.device, [app(1, { web: service(web) })])
    await eventually(() => daemon.containerOf('web')?.status === 'running')
  })
  afterEach(async () => {
    await agent.stop()
    await cloud.stop()
    await rm(folder, { recursive: true })
  })

  const start = async (options = {}) => {
    agent = await startAgent({ cloud, engine: (id) => new FakeEngine(id, daemon), folder, options })
  }
  const polls = () => cloud.requests.filter((request) => request.startsWith(`GET ${DEVICE_ROUTES.target}`))
  const refusals = () => cloud.device.events.filter(({ kind }) => kind === 'target-refused')
  const evilTarget = (generation: number): TargetInput =>
    cloud.targetFor(cloud.device, [app(2, { web: service(evil) })], generation)
  const payload = (target: TargetInput) => JSON.stringify(TargetSchema.parse(target))

  const forged = () => {
    const good = cloud.device.target?.signed
    if (!good) throw new Error('There is no target')
    return good
  }

  it.each<[string, string, () => ReturnType<FakeCloud['sign']>]>([
    ['whose signature is another text’s', 'bad-signature', () => ({ ...forged(), payload: payload(evilTarget(9)) })],
    [
      'signed with a key that was not pinned',
      'unknown-key',
      () => ({ ...cloud.sign(payload(evilTarget(9))), keyId: 'mine' }),
    ],
    [
      'for another device',
      'other-device',
      () => cloud.sign(payload({ ...evilTarget(9), device: { ...evilTarget(9).device, id: randomUUID() } })),
    ],
    [
      'for another board in the place of this device',
      'other-hardware',
      () =>
        cloud.sign(payload({ ...evilTarget(9), device: { ...evilTarget(9).device, hardwareUuid: 'f'.repeat(32) } })),
    ],
    ['of an older generation', 'older-generation', () => cloud.sign(payload(evilTarget(1)))],
    ['that is not JSON', 'malformed', () => cloud.sign('{"generation": 9')],
    ['of another shape', 'malformed', () => cloud.sign('{"generation": 9, "apps": "all of them"}')],
  ])('refuses a target %s, tells so once, and keeps the old one running', async (_what, code, make) => {
    const { id } = daemon.containerOf('web') ?? {}
    cloud.serveSigned(cloud.device, make(), 9)
    await eventually(() => refusals().length > 0)
    expect(refusals()[0]?.detail).toMatchObject({ code, reason: expect.stringMatching(/\.$/) })
    const before = polls().length
    cloud.nudge(cloud.device, 9)
    await eventually(() => polls().length > before)
    await agent.stop()
    await start()
    await eventually(() => cloud.device.events.filter(({ kind }) => kind === 'supervisor-started').length === 2)
    await eventually(() => polls().length > before + 1)
    const kinds = cloud.device.events.map(({ kind }) => kind)
    const firstRun = kinds.slice(0, kinds.lastIndexOf('supervisor-started'))
    expect(firstRun.filter((kind) => kind === 'target-refused')).toHaveLength(1)
    expect(daemon.containerOf('web')).toMatchObject({ id, status: 'running' })
    expect(daemon.images.has(imageName(evil))).toBe(false)
    expect(cloud.device.state.generation).toBe(2)
  })

  it('takes the next good target after a bad one', async () => {
    cloud.serveSigned(cloud.device, { ...forged(), payload: payload(evilTarget(9)) }, 9)
    await eventually(() => refusals().length > 0)
    cloud.deploy(cloud.device, [app(3, { web: service(web, { environment: { A: '1' } }) })])
    await eventually(() => cloud.device.state.generation === 10)
  })

  it('asks conditionally after a restart too: a reboot costs one 304', async () => {
    await agent.stop()
    const before = polls().length
    await start()
    await eventually(() => polls().length > before)
    expect(polls()[before]).toBe(`GET ${DEVICE_ROUTES.target} 304`)
  })

  it('does not believe its own disk without a good signature', async () => {
    await agent.stop()
    const path = join(folder, 'state', 'target.json')
    const stored = JSON.parse(await readFile(path, 'utf8')) as { signed: { payload: string } }
    stored.signed.payload = payload(evilTarget(9))
    await writeFile(path, JSON.stringify(stored))
    daemon.writes.length = 0
    cloud.fault = (request) =>
      request.startsWith('GET') ? { status: 503, headers: { 'retry-after': '3600' } } : undefined
    await start()
    await eventually(() => refusals().length > 0)
    expect(daemon.writes).toEqual([])
    expect(daemon.containerOf('web')?.status).toBe('running')
  })

  it('runs the last good release with no cloud at all', async () => {
    await agent.stop()
    await cloud.stop()
    daemon.containerOf('web')?.stop()
    await start()
    await eventually(() => daemon.containerOf('web')?.status === 'running')
  })
})

describe('the pace of polling', () => {
  const answers: (TargetAnswer | CloudError)[] = []
  const clock = new FakeClock()
  const stop = new AbortController()
  let polls = 0
  const cloud = {
    fetchTarget: () => {
      polls++
      const answer = answers.shift() ?? {}
      return answer instanceof CloudError ? Promise.reject(answer) : Promise.resolve(answer)
    },
  }
  const log = silentLog()
  const registration = { deviceId: randomUUID(), deviceName: 'porch', fleetId: randomUUID(), targetKeys: [] }
  const events = new EventRecorder(new MemoryEventSpool(), clock, log)
  const trust = { registration, hardwareUuid: 'f'.repeat(32) }
  const loop = new PollLoop(cloud, new TargetKeeper(trust, new MemoryDocument(), events, log), 900_000, { clock, log })
  const pollsIn = async (seconds: number) => {
    const before = polls
    await clock.advance(seconds * 1000)
    return polls - before
  }

  it('is what the server says, or else its own', async () => {
    answers.push({ nextPollMs: 60_000 }, { nextPollMs: 600_000 }, {})
    void loop.run(stop.signal)
    expect(polls).toBe(1)
    expect(await pollsIn(59)).toBe(0)
    expect(await pollsIn(2)).toBe(1)
    expect(await pollsIn(590)).toBe(0)
    expect(await pollsIn(10)).toBe(1)
    expect(await pollsIn(890)).toBe(0)
    expect(await pollsIn(10)).toBe(1)
  })

  it('is a day at most, whatever the server says', async () => {
    answers.push({ nextPollMs: 1e15 })
    loop.wake()
    expect(await pollsIn(1)).toBe(1)
    expect(await pollsIn(24 * 3600)).toBe(1)
  })

  it('is set aside when there is news', async () => {
    loop.wake()
    expect(await pollsIn(1)).toBe(1)
  })

  it('is slow where the server asks to be left alone, even when there is news', async () => {
    answers.push(new CloudError('busy', { status: 503, retryAfterMs: 120_000 }))
    loop.wake()
    await pollsIn(1)
    loop.wake()
    expect(await pollsIn(118)).toBe(0)
    expect(await pollsIn(2)).toBe(1)
  })

  it('slows down with each failure in a row', async () => {
    answers.push(...Array.from({ length: 100 }, () => new CloudError('no route', {})))
    loop.wake()
    expect(await pollsIn(60)).toBeGreaterThan(3)
    await pollsIn(3600)
    expect(await pollsIn(3600)).toBeLessThan(10)
    stop.abort()
  })
})
