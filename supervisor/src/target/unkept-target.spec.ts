import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { systemClock } from '../edge/host/clock.js'
import { eventually } from '../testing/eventually.js'
import { FakeCloud } from '../testing/fake-cloud.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'
import { startAgent, type TestAgent } from '../testing/test-agent.js'

describe('a target that the disk does not take', () => {
  let cloud: FakeCloud
  let folder: string
  let agent: TestAgent
  const daemon = new FakeDaemon(systemClock)
  const images = [fakeImage('web'), fakeImage('web-2')] as const
  beforeEach(async () => {
    for (const image of images) daemon.published.add(imageName(image))
    cloud = await FakeCloud.start()
    cloud.policy = { confirmSeconds: 0 }
    folder = await mkdtemp(join(tmpdir(), 'fkeep-'))
    agent = await startAgent({ cloud, folder, engine: (id) => new FakeEngine(id, daemon) })
    await eventually(() => cloud.devices.size === 1)
  })
  afterEach(async () => {
    await agent.stop()
    await cloud.stop()
    await rm(folder, { recursive: true })
  })

  const deploy = (release: 1 | 2) => cloud.deploy(cloud.device, [app(release, { web: service(images[release - 1]!) })])
  const runs = (release: 1 | 2) => daemon.containerOf('web')?.step.spec.image === imageName(images[release - 1]!)
  const state = () => cloud.device.state

  it('leaves the former one in force, and the server hears why until the disk takes it', async () => {
    deploy(1)
    await eventually(() => runs(1) && state().activity === 'settled')
    const { generation } = state()
    const inTheWay = join(folder, 'state/target.json.tmp')
    await mkdir(inTheWay)
    deploy(2)
    await eventually(() => state().activity === 'failing')
    expect(state().explanation).toMatch(/^The disk does not take the new target: .*EISDIR/)
    expect([state().generation, runs(1)]).toEqual([generation, true])
    await rm(inTheWay, { recursive: true })
    await eventually(() => runs(2) && state().activity === 'settled')
    expect(state().explanation).toBe('')
  })
})
