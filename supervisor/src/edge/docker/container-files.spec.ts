import type { ServiceSpecInput } from '@flotilla/contracts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type Docker from 'dockerode'
import { randomUUID } from 'node:crypto'
import type { Surroundings } from '../../ports.js'
import { startDocker, type TestDocker } from '../../testing/docker-engine.js'
import { eventually } from '../../testing/eventually.js'
import { startRegistry, type TestRegistry } from '../../testing/registry.js'
import { createContainerStep } from '../../testing/steps.js'
import { DockerEngine } from './docker-engine.js'

describe('what a container finds around it in Docker', () => {
  let engineProcess: TestDocker
  let registry: TestRegistry
  let docker: Docker
  let engine: DockerEngine
  let image: string

  beforeAll(async () => {
    ;[engineProcess, registry] = await Promise.all([startDocker(), startRegistry()])
    docker = engineProcess.docker
    engine = new DockerEngine(randomUUID(), { socketPath: engineProcess.socketPath })
    const { repository, digest } = await registry.publish(docker, 'around', 'around')
    image = `${repository}@${digest}`
    const { signal } = new AbortController()
    await engine.pullFrom(image, { token: 'token', signal })
  })
  afterAll(async () => {
    await engineProcess.stop()
    await registry.stop()
  })

  const lock = '/tmp/balena/updates.lock'

  async function create(config: ServiceSpecInput, surroundings?: Surroundings) {
    const name = `c-${randomUUID().slice(0, 8)}`
    await engine.createContainer(createContainerStep(name, { image, config }), surroundings)
    return docker.getContainer(name)
  }

  it.each<[string, ServiceSpecInput]>([
    ['as root', {}],
    ['as another user', { user: '1000:1000' }],
    ['with a read-only root', { user: '1000', readOnly: true }],
    ['with a /tmp in memory', { user: '1000', tmpfs: { '/tmp': '' } }],
    ['with a read-only root and a /tmp in memory', { user: '1000', readOnly: true, tmpfs: { '/tmp': '' } }],
  ])('lets a service make a lock file that is seen from outside: %s', async (_name, config) => {
    const command = ['/bin/sh', '-c', `touch ${lock} && exec sleep 1000000`]
    const container = await create({ ...config, command })
    const startedAt = Date.now()
    await container.start()
    await eventually(() => engine.hasFile(container.id, lock))
    expect(await engine.fileTime(container.id, lock)).toBeGreaterThan(startedAt - 2000)
    await container.remove({ force: true, v: true })
  })

  it('leaves no volume behind for them', async () => {
    const { id } = await create({ readOnly: true })
    const volumes = async () => ((await docker.listVolumes()).Volumes as object[] | null) ?? []
    expect(await volumes()).not.toEqual([])
    await engine.removeContainer(id)
    expect(await volumes()).toEqual([])
  })

  it('gives what the board offers, where the service does not say otherwise', async () => {
    const environment = { FLOTILLA_LOCAL_API_ADDRESS: 'http://172.17.0.1:48484', USER: 'root' }
    const container = await create({ environment: { USER: 'app' } }, { environment, binds: [] })
    const { Config } = await container.inspect()
    expect(Config.Env).toEqual(
      expect.arrayContaining(['USER=app', 'FLOTILLA_LOCAL_API_ADDRESS=http://172.17.0.1:48484']),
    )
    expect(Config.Env).not.toContain('USER=root')
  })

  it('mounts paths of the board, without those that it may do without and does not have', async () => {
    const container = await create(
      {},
      {
        environment: {},
        binds: [
          { source: '/sys', target: '/host/sys', readOnly: true },
          { source: '/nowhere/journal', target: '/var/log/journal', isOptional: true },
          { source: '/nowhere/firmware', target: '/lib/firmware', isOptional: true },
        ],
      },
    )
    const { HostConfig } = await container.inspect()
    const binds = HostConfig.Mounts?.filter(({ Type }) => Type === 'bind')
    expect(binds).toEqual([expect.objectContaining({ Source: '/sys', Target: '/host/sys', ReadOnly: true })])
  })

  it('refuses a container that needs a path which the board does not have', async () => {
    const bind = { source: '/nowhere/dbus', target: '/host/run/dbus' }
    await expect(create({}, { environment: {}, binds: [bind] })).rejects.toThrow('refuses')
  })

  it('asks the engine for a GPU where one is wanted', async () => {
    const container = await create({}, { environment: {}, binds: [], gpu: true })
    const { HostConfig } = await container.inspect()
    expect(HostConfig.DeviceRequests).toMatchObject([{ Count: 1, Capabilities: [['gpu']] }])
  })
})
