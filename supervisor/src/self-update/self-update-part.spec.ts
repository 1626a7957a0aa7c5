import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { TargetInput } from '@flotilla/contracts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../edge/host/clock.js'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { DiskVersions } from '../edge/versions/disk-versions.js'
import { eventually } from '../testing/eventually.js'
import { FakeCloud } from '../testing/fake-cloud.js'
import { startAgent, type TestAgent } from '../testing/test-agent.js'
import { digestOf, VersionsFolder } from '../testing/versions-folder.js'
import { selfUpdatePart } from './self-update-part.js'

const NEW = `console.log('2.0.0')\n`

describe('a supervisor that is replaced by its plan', () => {
  let cloud: FakeCloud
  let folder: string
  let versions: VersionsFolder
  let former: string
  let agent: TestAgent
  let handedOver: number
  const daemon = new FakeDaemon(systemClock)
  beforeEach(async () => {
    cloud = await FakeCloud.start()
    folder = await mkdtemp(join(tmpdir(), 'fpart-'))
    versions = await VersionsFolder.make()
    former = await versions.put('1.0.0', `console.log('1.0.0')\n`)
    await versions.link('current', former)
    handedOver = 0
    agent = await start('1.0.0')
    await eventually(() => cloud.devices.size === 1 && cloud.device.state.activity !== undefined)
  })
  afterEach(async () => {
    await agent.stop()
    await cloud.stop()
    await versions.remove()
    await rm(folder, { recursive: true })
  })

  const start = (version: string) => {
    const part = selfUpdatePart({
      versions: new DiskVersions(versions.path),
      version,
      handOver: () => handedOver++,
    })
    return startAgent({ cloud, folder, engine: (deviceId) => new FakeEngine(deviceId, daemon), parts: [part] })
  }

  function want(supervisor: TargetInput['supervisor']): void {
    const generation = (cloud.device.target?.generation ?? 0) + 1
    cloud.serveTarget(cloud.device, { ...cloud.targetFor(cloud.device, [], generation), supervisor }, generation)
  }

  const bundle = { path: '/supervisors/2.0.0', digest: digestOf(NEW), sizeBytes: NEW.length }
  const kinds = () => cloud.device.events.map(({ kind }) => kind)

  it('hands over once, and its successor tells that it has taken over when the server has stored a report', async () => {
    const name = await versions.put('2.0.0', NEW)
    want({ version: '2.0.0', bundle })
    await eventually(() => handedOver > 0)
    await agent.stop()
    expect([handedOver, await versions.named('current')]).toEqual([1, name])
    agent = await start('2.0.0')
    await eventually(() => kinds().includes('supervisor-replaced'))
    await eventually(async () => (await versions.named('trial')) === undefined)
    expect(handedOver).toBe(1)
  })

  it('says why it does not try a version that was returned from, and tries it once the target has named none', async () => {
    const name = await versions.put('2.0.0', NEW)
    await versions.link('returned', name)
    await agent.stop()
    // Named by the target all the while.
    want({ version: '2.0.0', bundle })
    agent = await start('1.0.0')
    await eventually(() => kinds().includes('supervisor-returned'))
    await eventually(() => (cloud.device.state.explanation ?? '').includes('returned from'))
    expect(handedOver).toBe(0)
    want(undefined)
    await eventually(() => cloud.device.state.generation === cloud.device.target?.generation)
    want({ version: '2.0.0', bundle })
    await eventually(() => handedOver === 1)
  })
})
