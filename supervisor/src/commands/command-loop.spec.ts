import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { systemClock } from '../edge/host/clock.js'
import { localPart } from '../local-api/local-part.js'
import { eventually } from '../testing/eventually.js'
import { FakeCloud } from '../testing/fake-cloud.js'
import { startAgent, type TestAgent } from '../testing/test-agent.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'

describe('a command of the control plane', () => {
  let cloud: FakeCloud
  let daemon: FakeDaemon
  let folder: string
  let agent: TestAgent
  const stack = app(1, { web: service(fakeImage('web'), { stopGracePeriodMs: 0 }) })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fcmd-'))
    cloud = await FakeCloud.start()
    daemon = new FakeDaemon(systemClock)
    daemon.published.add(imageName(fakeImage('web')))
    await start()
    await eventually(() => cloud.linkCount === 1)
    cloud.deploy(cloud.device, [stack])
    await eventually(() => web()?.status === 'running')
    await eventually(() => cloud.device.state.apps?.[stack.id]?.services.web?.status === 'running')
  })
  afterEach(async () => {
    // An agent that failed must not keep the server, and with it the run, from ending.
    await agent.stop().finally(() => cloud.stop())
    await rm(folder, { recursive: true })
  })

  const start = async () => {
    const parts = [localPart({ port: undefined, listen: () => Promise.reject(new Error('switched off')) })]
    agent = await startAgent({ cloud, engine: (deviceId) => new FakeEngine(deviceId, daemon), folder, parts })
  }
  const web = () => daemon.containerOf('web')
  const resultOf = (id: string) => cloud.device.commandResults.find((result) => result.id === id)
  const answered = (id: string) =>
    eventually(() => {
      expect(resultOf(id)).toBeDefined()
      expect(cloud.device.commands).toEqual([])
    })
  const stops = () => daemon.writes.filter((write) => write === 'stop-container web').length

  it('is carried out at once when the link says that one waits, and answered with a sentence', async () => {
    const id = cloud.command(cloud.device, { kind: 'restart', service: 'web' })
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status: 'done', detail: 'Restarted web.' })
    expect(stops()).toBe(1)
    await eventually(() => web()?.status === 'running')
  })

  it('waits for a device that was away, and is found when its link is back', async () => {
    await agent.stop()
    const id = cloud.command(cloud.device, { kind: 'stop', service: 'web' })
    await start()
    await answered(id)
    await eventually(() => web()?.status === 'exited')
  })

  it('is refused where a service is locked, and says by whom', async () => {
    await eventually(() => web()?.files.set('/tmp/balena/updates.lock', Date.now()) !== undefined)
    const refused = cloud.command(cloud.device, { kind: 'restart' })
    await answered(refused)
    expect(resultOf(refused)).toMatchObject({
      status: 'refused',
      detail: expect.stringContaining('web with a lock file'),
    })
    const forced = cloud.command(cloud.device, { kind: 'restart', force: true })
    await answered(forced)
    expect(resultOf(forced)).toMatchObject({ status: 'done' })
    expect(stops()).toBe(1)
  })

  it('fails with a reason where it asks for what is not there', async () => {
    const id = cloud.command(cloud.device, { kind: 'restart', service: 'cache' })
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status: 'failed', detail: 'There is no container of cache.' })
  })

  it('is not carried out once it has expired', async () => {
    const id = cloud.command(cloud.device, { kind: 'restart' }, -60_000)
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status: 'failed', detail: expect.stringContaining('expired') })
    expect(stops()).toBe(0)
  })

  it('is carried out once, though its answer is lost again and again', async () => {
    let lost = 0
    cloud.fault = (request) => (request.includes('command-results') && lost++ < 3 ? { isLost: true } : undefined)
    const id = cloud.command(cloud.device, { kind: 'restart' })
    await eventually(() => lost > 3)
    await answered(id)
    expect(stops()).toBe(1)
  })

  it('is carried out once, though the server does not want to know how it went', async () => {
    let unwanted = 0
    cloud.fault = (request) => (request.includes('command-results') ? (unwanted++, { status: 422 }) : undefined)
    cloud.command(cloud.device, { kind: 'restart' })
    await eventually(() => unwanted > 0)
    const fetches = () => cloud.requests.filter((request) => request.startsWith('GET /device/v1/commands')).length
    const before = fetches()
    cloud.say(cloud.device, { type: 'commands-waiting' })
    await eventually(() => fetches() > before)
    await agent.stop()
    await start()
    await eventually(() => fetches() > before + 1)
    expect(stops()).toBe(1)
  })

  it('is not begun a second time when the power goes before its answer is out', async () => {
    cloud.fault = (request) => (request.includes('command-results') ? { status: 503 } : undefined)
    const id = cloud.command(cloud.device, { kind: 'restart' })
    await eventually(() => stops() === 1)
    await eventually(async () => (await readFile(join(folder, 'state/commands.json'), 'utf8')).includes('Restarted'))
    await agent.stop()
    cloud.fault = () => undefined
    await start()
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status: 'done', detail: 'Restarted web.' })
    expect(stops()).toBe(1)
  })

  it.each([
    ['restart', 'failed'],
    ['reboot', 'done'],
  ] as const)('that the power cut in the middle is not run again: %s', async (kind, status) => {
    await agent.stop()
    const id = cloud.command(cloud.device, { kind })
    await writeFile(join(folder, 'state/commands.json'), JSON.stringify({ begun: { id, kind }, results: [] }))
    await start()
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status, detail: expect.stringContaining('started anew') })
    expect(stops()).toBe(0)
  })

  // A folder in the place of the file that is written aside: no write succeeds.
  const blocked = () => join(folder, 'state/commands.json.tmp')

  it('is carried out once, though the disk takes no note of its end', async () => {
    daemon.moment = (what) => {
      if (what === 'after stop-container web') mkdirSync(blocked(), { recursive: true })
    }
    const id = cloud.command(cloud.device, { kind: 'restart' })
    const failures = () => agent.log.entries.filter(({ message }) => message === 'commands failed').length
    await eventually(() => failures() > 0 && web()?.status === 'running')
    const before = failures()
    cloud.say(cloud.device, { type: 'commands-waiting' })
    await eventually(() => failures() > before)
    await rmdir(blocked())
    cloud.say(cloud.device, { type: 'commands-waiting' })
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status: 'done', detail: 'Restarted web.' })
    expect(stops()).toBe(1)
  })

  it('that was interrupted is no reason to end where the disk takes no note of that', async () => {
    await agent.stop()
    const id = cloud.command(cloud.device, { kind: 'restart' })
    await writeFile(
      join(folder, 'state/commands.json'),
      JSON.stringify({ begun: { id, kind: 'restart' }, results: [] }),
    )
    await mkdir(blocked())
    await start()
    await eventually(() => agent.log.entries.some(({ message }) => message === 'commands failed'))
    await rmdir(blocked())
    cloud.say(cloud.device, { type: 'commands-waiting' })
    await answered(id)
    expect(stops()).toBe(0)
  })

  it('of a kind that only newer supervisors know is answered too', async () => {
    const id = randomUUID()
    const expiresAt = new Date(Date.now() + 60_000).toISOString()
    cloud.device.commands.push({ id, body: { kind: 'fly' } as never, expiresAt })
    cloud.say(cloud.device, { type: 'commands-waiting' })
    await answered(id)
    expect(resultOf(id)).toMatchObject({ status: 'failed', detail: expect.stringContaining('does not know') })
  })
})
