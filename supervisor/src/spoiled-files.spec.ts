import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from './edge/fake/fake-daemon.js'
import { FakeEngine } from './edge/fake/fake-engine.js'
import { systemClock } from './edge/host/clock.js'
import { eventually } from './testing/eventually.js'
import { FakeCloud } from './testing/fake-cloud.js'
import { app, fakeImage, imageName, service } from './testing/targets.js'
import { startAgent, type TestAgent } from './testing/test-agent.js'

// Everything that a board with a confirmed release has on its disk.
const FILES = [
  'attempts.json',
  'boot-times.json',
  'events.jsonl',
  'identity.json',
  'identity.copy.json',
  'logs/segment-0000000001.jsonl',
  'memory.json',
  'registration.json',
  'registration.copy.json',
  'report-baseline.json',
  'repositories.json',
  'reserve',
  'requests.json',
  'running-releases.json',
  'target.json',
]

const SPOILS: Record<string, (path: string) => Promise<void>> = {
  empty: (path) => writeFile(path, ''),
  truncated: async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  garbage: (path) => writeFile(path, '\0\0\0\xff\n\0\0'),
  'of another shape': (path) => writeFile(path, '{"generation":"three"}\n'),
}

describe('a board whose files were spoiled by a power cut', () => {
  let cloud: FakeCloud
  let daemon: FakeDaemon
  let folder: string
  let agent: TestAgent | undefined
  let container: string
  const web = fakeImage('web')

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ffiles-'))
    cloud = await FakeCloud.start()
    cloud.policy = { confirmSeconds: 0 }
    daemon = new FakeDaemon(systemClock, { program: () => ({ prints: [{ stream: 'stdout', text: 'hello' }] }) })
    daemon.published.add(imageName(web))
    await start()
    await eventually(() => cloud.devices.size === 1)
    // A failure first, so that there is something in every file.
    daemon.failure = (write) => (write.startsWith('create-container') ? new Error('not now') : undefined)
    cloud.deploy(cloud.device, [app(1, { web: service(web) })])
    await eventually(() => cloud.device.events.some(({ kind }) => kind === 'step-failed'))
    await cp(join(folder, 'state/attempts.json'), join(folder, 'attempts.json'))
    daemon.failure = () => undefined
    await eventually(() => cloud.device.events.some(({ kind }) => kind === 'release-confirmed'))
    await eventually(() => cloud.device.logs.length > 0)
    container = daemon.containerOf('web')?.id ?? ''
    await stop()
    await cp(join(folder, 'attempts.json'), join(folder, 'state/attempts.json'))
    await writeFile(join(folder, 'state/requests.json'), '{"stopped":[],"purge":[],"forced":{}}\n')
    await cp(join(folder, 'state'), join(folder, 'good'), { recursive: true })
  })
  afterAll(async () => {
    await cloud.stop()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => {
    await rm(join(folder, 'state'), { recursive: true })
    await cp(join(folder, 'good'), join(folder, 'state'), { recursive: true })
  })
  afterEach(() => stop())

  const start = async () => {
    agent = await startAgent({ cloud, engine: (id) => new FakeEngine(id, daemon), folder })
  }
  const stop = async () => {
    await agent?.stop()
    agent = undefined
  }
  const path = (name: string) => join(folder, 'state', name)
  const isConfirmed = async () => {
    const memory = JSON.parse(await readFile(path('memory.json'), 'utf8')) as Record<string, { good?: unknown }>
    return Object.values(memory).some(({ good }) => good !== undefined)
  }
  /** The same device, the same container, and everything known again. */
  const goesOn = async () => {
    const heard = cloud.device.reports.length
    await start()
    await eventually(() => cloud.device.reports.length > heard)
    await eventually(isConfirmed)
    await eventually(() => cloud.device.state.activity === 'settled')
    expect(cloud.devices.size).toBe(1)
    expect(daemon.containerOf('web')).toMatchObject({ id: container, status: 'running' })
    daemon.containerOf('web')?.stop()
    await eventually(() => daemon.containerOf('web')?.status === 'running')
    expect(daemon.containerOf('web')?.id).toBe(container)
  }

  it('is looked at with all the files that it has', async () => {
    const entries = await readdir(join(folder, 'good'), { recursive: true, withFileTypes: true })
    const names = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name))
    expect(names.map((name) => name.slice(join(folder, 'good/').length)).sort()).toEqual([...FILES].sort())
  })

  it.each(FILES.flatMap((file) => Object.keys(SPOILS).map((how) => [file, how] as const)))(
    'goes on though %s is %s',
    async (file, how) => {
      await SPOILS[how]?.(path(file))
      await goesOn()
    },
  )

  it('goes on though all of them are empty but those that say what it is', async () => {
    const spoiled = FILES.filter((file) => !/^(identity|registration)/.test(file))
    for (const file of spoiled) await writeFile(path(file), '')
    await goesOn()
  })

  it('registers again as what it is where its registration is lost', async () => {
    for (const file of FILES.filter((name) => name.startsWith('registration'))) await writeFile(path(file), '')
    await goesOn()
  })

  it('is another board where its identity is lost, says so, and leaves alone what the former one made', async () => {
    for (const file of FILES.filter((name) => name.startsWith('identity'))) await writeFile(path(file), '')
    const [former] = cloud.devices.values()
    await start()
    await eventually(() => cloud.devices.size === 2)
    const device = [...cloud.devices.values()].at(-1)
    await eventually(() => device?.events.some(({ kind }) => kind === 'identity-lost'))
    expect(device?.events.find(({ kind }) => kind === 'identity-lost')?.detail).toEqual({
      formerDeviceId: former?.registration.deviceId,
      containers: 1,
    })
    expect(daemon.containerOf('web')).toMatchObject({ id: container, status: 'running' })
    for (const uuid of cloud.devices.keys()) if (uuid !== former?.hardware.uuid) cloud.devices.delete(uuid)
  })
})
