import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { startDocker, type TestDocker } from '../../testing/docker-engine.js'
import { eventually } from '../../testing/eventually.js'
import { FakeCloud } from '../../testing/fake-cloud.js'
import { startRegistry, type TestRegistry } from '../../testing/registry.js'
import { app, service } from '../../testing/targets.js'
import { startAgent, type TestAgent } from '../../testing/test-agent.js'
import { DockerEngine } from './docker-engine.js'

describe('an engine whose store a power cut has spoiled', () => {
  let dockerd: TestDocker
  let registry: TestRegistry
  let cloud: FakeCloud
  let folder: string
  let agent: TestAgent
  let image: { repository: string; digest: string }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fspoil-'))
    ;[dockerd, registry, cloud] = await Promise.all([startDocker(), startRegistry(), FakeCloud.start()])
    cloud.policy = { confirmSeconds: 0, reserveBytes: 0 }
    image = await registry.publish(dockerd.docker, 'web', 'web')
    await start()
    await eventually(() => cloud.devices.size === 1)
    cloud.deploy(cloud.device, [app(1, { web: service(image, { stopGracePeriodMs: 0 }) })])
    await runs()
  })
  afterAll(async () => {
    await agent.stop()
    await dockerd.stop()
    await Promise.all([registry.stop(), cloud.stop()])
    await rm(folder, { recursive: true })
  })

  const start = async () => {
    const { socketPath } = dockerd
    agent = await startAgent({ cloud, engine: (id) => new DockerEngine(id, { socketPath }), folder })
  }
  const runs = () =>
    eventually(async () => {
      const containers = await dockerd.docker.listContainers()
      expect(containers.map(({ Labels: labels }) => labels['io.flotilla.service'])).toEqual(['web'])
      expect(cloud.device.state.activity).toBe('settled')
    })
  const starts = () => cloud.device.events.filter(({ kind }) => kind === 'supervisor-started').length
  const told = () => cloud.device.events.filter(({ kind }) => kind.endsWith('-repaired')).map(({ kind }) => kind)

  /** The folders of the image's layers, the lowest first. */
  async function layerFolders(): Promise<string[]> {
    const { GraphDriver: graph } = await dockerd.docker.getImage(`${image.repository}@${image.digest}`).inspect()
    const { LowerDir: lower = '', UpperDir: upper = '' } = graph.Data as Record<string, string>
    return [...lower.split(':').reverse(), upper].map((path) => basename(path.replace(/\/diff$/, '')))
  }

  async function spoil(damage: (dataRoot: string) => Promise<void>): Promise<void> {
    await agent.stop()
    for (const { Id: id } of await dockerd.docker.listContainers()) await dockerd.docker.getContainer(id).kill()
    await dockerd.restart(damage)
    const before = starts()
    await start()
    await eventually(() => starts() > before)
    await runs()
    await eventually(() => dockerd.docker.getImage(`${image.repository}@${image.digest}`).inspect())
  }

  it('gets an image anew whose program was cut to nothing', async () => {
    const [layer = ''] = await layerFolders()
    const before = told().length
    await spoil((data) => truncate(join(data, 'overlay2', layer, 'diff/bin/busybox')))
    await eventually(() => told().length > before)
    await runs()
  })

  it('gets a layer that is gone anew', async () => {
    const layer = (await layerFolders()).at(-1) ?? ''
    await spoil((data) => rm(join(data, 'overlay2', layer), { recursive: true }))
    await eventually(() => expect(told()).toContain('image-repaired'))
  })

  it('makes a container anew that the engine no longer knows', async () => {
    const [container] = await dockerd.docker.listContainers()
    await spoil((data) => writeFile(join(data, 'containers', container?.Id ?? '', 'config.v2.json'), ''))
  })

  it('gets an image anew that the engine lists no more', async () => {
    await spoil(async (data) => {
      const configs = join(data, 'image/overlay2/imagedb/content/sha256')
      for (const name of await readdir(configs)) await truncate(join(configs, name))
    })
  })
})
