import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type Docker from 'dockerode'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DockerEngine } from './edge/docker/docker-engine.js'
import { startDocker, type TestDocker } from './testing/docker-engine.js'
import { eventually } from './testing/eventually.js'
import { FakeCloud } from './testing/fake-cloud.js'
import { finished, startRegistry, type TestRegistry } from './testing/registry.js'
import { app, service, type AppInput } from './testing/targets.js'
import { startAgent, type TestAgent } from './testing/test-agent.js'

// Before the loop would look without being woken.
const BEFORE_RESYNC_MS = 45_000

describe('a supervisor on a real engine', () => {
  let dockerd: TestDocker
  let docker: Docker
  let registry: TestRegistry
  let cloud: FakeCloud
  let folder: string
  let agent: TestAgent
  let foreign: string
  const images: Record<string, { repository: string; digest: string }> = {}

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fagent-'))
    ;[dockerd, registry, cloud] = await Promise.all([startDocker(), startRegistry(), FakeCloud.start()])
    docker = dockerd.docker
    // Whether a release is watched well is the business of other tests.
    cloud.policy = { confirmSeconds: 0 }
    for (const marker of ['db', 'api', 'web', 'web-2']) {
      images[marker] = await registry.publish(docker, marker.replace('-2', ''), marker)
    }
    foreign = await startForeignContainer()
    await start()
  })
  afterAll(async () => {
    await agent.stop()
    await dockerd.stop()
    await Promise.all([registry.stop(), cloud.stop()])
    await rm(folder, { recursive: true })
  })
  afterEach(async () => {
    const { State } = await docker.getContainer(foreign).inspect()
    expect(State.Running).toBe(true)
  })

  const start = async () => {
    const { socketPath } = dockerd
    agent = await startAgent({ cloud, engine: (deviceId) => new DockerEngine(deviceId, { socketPath }), folder })
  }

  /** Something that was on the board before us, from an image and in a network of its own. */
  async function startForeignContainer(): Promise<string> {
    const { repository, digest } = images.db!
    await finished(await docker.pull(`${repository}@${digest}`))
    await docker.createNetwork({ Name: 'by-hand' })
    await docker.createVolume({ Name: 'by-hand' })
    const container = await docker.createContainer({ Image: `${repository}@${digest}`, name: 'by-hand' })
    await container.start()
    return container.id
  }

  // db writes into its volume and is healthy once it has; api needs a healthy db; web speaks to api by its alias.
  const stack = (release: number, web = images.web!, greeting = 'hello'): AppInput =>
    app(
      release,
      {
        db: service(images.db!, {
          command: ['/bin/sh', '-c', 'cat /data/x; echo "written by release 1" >> /data/x; exec sleep 1000000'],
          volumes: [{ type: 'volume', source: 'data', target: '/data' }],
          networks: { backend: {} },
          healthcheck: { test: ['CMD', '/bin/test', '-s', '/data/x'], intervalMs: 300, retries: 3 },
          stopGracePeriodMs: 0,
        }),
        api: service(images.api!, {
          command: ['/bin/sh', '-c', 'echo api is up; exec httpd -f -p 80 -h /'],
          networks: { backend: { aliases: ['service.internal'] } },
          dependsOn: { db: { condition: 'service_healthy' } },
          stopGracePeriodMs: 0,
        }),
        web: service(web, {
          command: [
            '/bin/sh',
            '-c',
            `echo ${greeting}; until x=$(wget -q -O - http://service.internal/marker); do sleep 0.1; done; echo "$x answers"; exec sleep 1000000`,
          ],
          networks: { backend: {}, default: {} },
          dependsOn: { api: { condition: 'service_started' } },
          stopGracePeriodMs: 0,
        }),
      },
      { volumes: { data: {} }, networks: { backend: { internal: true } } },
    )

  async function containers(): Promise<Record<string, Docker.ContainerInfo>> {
    const all = await docker.listContainers({ all: true, filters: { label: ['io.flotilla.device'] } })
    const byService = all.map((it): [string, Docker.ContainerInfo] => [it.Labels['io.flotilla.service']!, it])
    return Object.fromEntries(byService)
  }
  const ids = async () => Object.fromEntries(Object.entries(await containers()).map(([name, { Id }]) => [name, Id]))
  const releaseState = () => Object.values(cloud.device.state.apps ?? {})[0]
  const runs = (release: AppInput) =>
    eventually(() => {
      expect(releaseState()?.releaseId).toBe(release.release.id)
      expect(cloud.device.state.activity).toBe('settled')
    })
  const hasLogged = (text: string, times = 1) =>
    eventually(() => cloud.device.logs.filter((line) => line.text === text).length >= times)
  const starts = () => cloud.device.events.filter(({ kind }) => kind === 'supervisor-started').length

  it('brings up a first release: downloads, networks, a volume, and services in their order', async () => {
    await eventually(() => cloud.devices.size === 1)
    cloud.deploy(cloud.device, [stack(1)])
    await runs(stack(1))
    expect(releaseState()?.services).toMatchObject({
      db: { status: 'running', health: 'healthy', imageDigest: images.db!.digest },
      api: { status: 'running' },
      web: { status: 'running' },
    })
    expect(cloud.device.state).toMatchObject({ generation: 2, host: { engine: expect.stringMatching(/^\d+\./) } })
    await hasLogged('hello')
    await hasLogged('api answers')
    const kinds = () => cloud.device.events.map(({ kind }) => kind)
    for (const kind of ['registered', 'target-accepted', 'step-done', 'release-running']) {
      await eventually(() => expect(kinds()).toContain(kind))
    }
    expect(kinds()).not.toContain('step-failed')
    const started = cloud.device.events
      .filter(({ detail }) => detail.step === 'start-container')
      .map(({ detail }) => detail.service)
    expect(started).toEqual(['db', 'api', 'web'])
  })

  it('changes only the service that changed', async () => {
    const before = await ids()
    cloud.deploy(cloud.device, [stack(2, images['web-2'], 'hello again')])
    await runs(stack(2))
    const after = await ids()
    expect({ db: after.db, api: after.api }).toEqual({ db: before.db, api: before.api })
    expect(after.web).not.toBe(before.web)
    await hasLogged('hello again')
    await hasLogged('api answers', 2)
    await eventually(async () => (await docker.listImages()).every((image) => !isOf(image, images.web!)))
  })

  it('changes nothing when it is restarted, and loses and repeats no line of any log', async () => {
    const before = await containers()
    const lines = cloud.device.logs.length
    await agent.stop()
    await start()
    await eventually(() => starts() === 2)
    await printIn(before.db!.Id, 'still here')
    await hasLogged('still here')
    expect(await ids()).toEqual(Object.fromEntries(Object.entries(before).map(([name, { Id }]) => [name, Id])))
    expect(releaseState()?.services.db?.startedAt).toBe(await startOf(before.db!.Id))
    expect(cloud.device.logs).toHaveLength(lines + 1)
    // What was not told yet is from before it.
    const kinds = cloud.device.events.map(({ kind }) => kind)
    expect(kinds.slice(kinds.lastIndexOf('supervisor-started'))).toEqual(['supervisor-started'])
  })

  it('writes nothing to a settled engine', async () => {
    const seen: string[] = []
    const stop = new AbortController()
    const stream = await docker.getEvents({ abortSignal: stop.signal })
    const watching = (async () => {
      for await (const chunk of stream) seen.push(chunk.toString())
    })().catch(() => undefined)
    for (let n = 0; n < 3; n++) {
      // Another generation of the same release: another device variable that no service sees, say.
      cloud.deploy(cloud.device, [stack(2, images['web-2'], 'hello again')])
      await eventually(() => cloud.device.state.generation === cloud.device.target?.generation)
      await runs(stack(2))
    }
    stop.abort()
    await watching
    const actions = seen
      .join('')
      .split('\n')
      .flatMap((line) => /"Action":"([a-z_]+)/.exec(line)?.[1] ?? [])
    expect(actions.filter((action) => !action.startsWith('exec_'))).toEqual([])
  })

  it('keeps what a volume holds from one release to the next', async () => {
    const release = stack(3, images['web-2'])
    const db = { ...release.services.db!, environment: { MODE: 'new' } }
    cloud.deploy(cloud.device, [{ ...release, services: { ...release.services, db } }])
    await runs(release)
    await hasLogged('written by release 1')
  })

  it('sets right what somebody changed by hand', async () => {
    const { api } = await ids()
    await docker.getContainer(api!).remove({ force: true })
    await eventually(async () => {
      const now = await containers()
      expect(now.api?.State).toBe('running')
      expect(now.api?.Id).not.toBe(api)
    }, BEFORE_RESYNC_MS)
    await runs(stack(3))
  })

  it('leaves the containers running when it is stopped, and starts them without a cloud', async () => {
    await agent.stop()
    const { web } = await ids()
    expect((await docker.getContainer(web!).inspect()).State.Running).toBe(true)
    await docker.getContainer(web!).stop({ t: 0 })
    cloud.fault = () => ({ status: 503, headers: { 'retry-after': '1' } })
    await start()
    await eventually(async () => (await docker.getContainer(web!).inspect()).State.Running)
    cloud.fault = () => undefined
    await runs(stack(3))
  })

  it('takes away what the target no longer has, and nothing else', async () => {
    cloud.deploy(cloud.device, [])
    await eventually(async () => Object.keys(await containers()).length === 0)
    await eventually(async () => {
      const networks = (await docker.listNetworks()).map(({ Name }) => Name)
      expect(networks.filter((name) => name.startsWith('flotilla'))).toEqual([])
      expect(networks).toContain('by-hand')
    })
    const volumes = (await docker.listVolumes()).Volumes.map(({ Name }) => Name)
    expect(volumes).toContain('by-hand')
    expect(volumes.filter((name) => name.startsWith('flotilla'))).toHaveLength(1)
  })

  /** As if the container's own process wrote it. */
  async function printIn(id: string, text: string): Promise<void> {
    const exec = await docker.getContainer(id).exec({ Cmd: ['/bin/sh', '-c', `echo ${text} > /proc/1/fd/1`] })
    await exec.start({})
  }

  async function startOf(id: string): Promise<string> {
    return new Date((await docker.getContainer(id).inspect()).State.StartedAt).toISOString()
  }
})

function isOf(image: Docker.ImageInfo, { repository, digest }: { repository: string; digest: string }): boolean {
  return image.RepoDigests?.includes(`${repository}@${digest}`) ?? false
}
