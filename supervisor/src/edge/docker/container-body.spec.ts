import type { ServiceSpecInput } from '@flotilla/contracts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type Docker from 'dockerode'
import { randomUUID } from 'node:crypto'
import { startDocker, type TestDocker } from '../../testing/docker-engine.js'
import { eventually } from '../../testing/eventually.js'
import { startRegistry, type TestRegistry } from '../../testing/registry.js'
import { createContainerStep, createNetworkStep, createVolumeStep, type ContainerWish } from '../../testing/steps.js'
import { DockerEngine } from './docker-engine.js'

describe('what a service becomes in Docker', () => {
  let engineProcess: TestDocker
  let registry: TestRegistry
  let docker: Docker
  let engine: DockerEngine
  let image: string

  beforeAll(async () => {
    ;[engineProcess, registry] = await Promise.all([startDocker(), startRegistry()])
    docker = engineProcess.docker
    engine = new DockerEngine(randomUUID(), { socketPath: engineProcess.socketPath })
    const { repository, digest } = await registry.publish(docker, 'fields', 'fields')
    image = `${repository}@${digest}`
    const { signal } = new AbortController()
    await engine.pullFrom(image, { token: 'token', signal })
    for (const name of ['front', 'back']) {
      const ipam = { config: [{ subnet: name === 'front' ? '10.251.0.0/24' : '10.251.1.0/24' }] }
      const step = createNetworkStep(name)
      await engine.createNetwork({ ...step, spec: { ...step.spec, ipam } })
    }
    await engine.createVolume(createVolumeStep('data'))
  })
  afterAll(async () => {
    await engineProcess.stop()
    await registry.stop()
  })

  async function create(config: ServiceSpecInput, wish: Partial<ContainerWish> = {}) {
    const name = `c-${randomUUID().slice(0, 8)}`
    await engine.createContainer(createContainerStep(name, { image, config, ...wish }))
    return docker.getContainer(name)
  }
  async function inspect(config: ServiceSpecInput, wish?: Partial<ContainerWish>) {
    return (await create(config, wish)).inspect()
  }
  /** Runs this line of shell in such a service and gives what it printed. */
  async function output(script: string, config: ServiceSpecInput, wish?: Partial<ContainerWish>): Promise<string> {
    const restart = { name: 'no' as const }
    const container = await create({ ...config, restart, entrypoint: ['/bin/sh', '-c'], command: [script] }, wish)
    await container.start()
    await container.wait()
    const frames = []
    for await (const frame of engine.readLogs(container.id, { signal: new AbortController().signal }))
      frames.push(frame)
    return frames.map(({ content }) => content.toString()).join('\n')
  }

  it('says what it runs and as whom', async () => {
    const { Config } = await inspect({
      command: ['sleep', '1'],
      entrypoint: ['/bin/busybox'],
      environment: { A: '1', EMPTY: '', 'WITH_=': 'a=b' },
      user: '1000:1000',
      workingDir: '/work',
      hostname: 'porch',
      domainname: 'example.test',
      stopSignal: 'SIGINT',
      stopGracePeriodMs: 1500,
      tty: true,
      labels: { mine: 'yes', 'io.flotilla.service': 'forged' },
    })
    expect(Config).toMatchObject({
      Cmd: ['sleep', '1'],
      Entrypoint: ['/bin/busybox'],
      User: '1000:1000',
      WorkingDir: '/work',
      Hostname: 'porch',
      Domainname: 'example.test',
      StopSignal: 'SIGINT',
      StopTimeout: 2,
      Tty: true,
    })
    expect(Config.Env).toEqual(expect.arrayContaining(['A=1', 'EMPTY=', 'WITH_==a=b']))
    expect(Config.Labels).toMatchObject({ mine: 'yes', 'io.flotilla.image': image })
    expect(Config.Labels['io.flotilla.service']).toMatch(/^c-/)
  })

  it('leaves to the image what it does not say, and empties what it says is empty', async () => {
    const plain = await inspect({})
    expect(plain.Config).toMatchObject({ Cmd: ['/bin/sleep', '1000000'], Entrypoint: null, WorkingDir: '' })
    const { Config } = await inspect({ entrypoint: [], command: ['/bin/id'] })
    expect(Config).toMatchObject({ Cmd: ['/bin/id'] })
    expect(Config.Entrypoint ?? ['']).toEqual([''])
  })

  it('limits and allows', async () => {
    const { HostConfig } = await inspect({
      privileged: true,
      capAdd: ['NET_ADMIN'],
      capDrop: ['MKNOD'],
      securityOpt: ['no-new-privileges'],
      groupAdd: ['dialout'],
      devices: [{ host: '/dev/null', container: '/dev/nothing', permissions: 'rw' }],
      readOnly: true,
      tmpfs: { '/run': 'size=1m', '/tmp': '' },
      ulimits: { nofile: { soft: 100, hard: 200 } },
      sysctls: { 'net.core.somaxconn': '1024' },
      extraHosts: ['gateway:10.0.0.1'],
      dns: ['10.0.0.2'],
      dnsSearch: ['example.test'],
      dnsOpt: ['use-vc'],
      memLimitBytes: 64 * 1024 * 1024,
      memReservationBytes: 32 * 1024 * 1024,
      cpus: 0.5,
      cpuShares: 512,
      cpuset: '0',
      pidsLimit: 50,
      shmSizeBytes: 8 * 1024 * 1024,
      oomScoreAdj: 100,
      init: true,
      ipc: 'private',
      pid: 'host',
      restart: { name: 'on-failure', maximumRetryCount: 4 },
    })
    expect(HostConfig).toMatchObject({
      Privileged: true,
      CapAdd: [expect.stringMatching(/NET_ADMIN$/)],
      CapDrop: [expect.stringMatching(/MKNOD$/)],
      SecurityOpt: expect.arrayContaining(['no-new-privileges']),
      GroupAdd: ['dialout'],
      Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/nothing', CgroupPermissions: 'rw' }],
      ReadonlyRootfs: true,
      Tmpfs: { '/run': 'size=1m', '/tmp': '' },
      Ulimits: [{ Name: 'nofile', Soft: 100, Hard: 200 }],
      Sysctls: { 'net.core.somaxconn': '1024' },
      ExtraHosts: ['gateway:10.0.0.1'],
      Dns: ['10.0.0.2'],
      DnsSearch: ['example.test'],
      DnsOptions: ['use-vc'],
      Memory: 64 * 1024 * 1024,
      MemoryReservation: 32 * 1024 * 1024,
      NanoCpus: 500_000_000,
      CpuShares: 512,
      CpusetCpus: '0',
      PidsLimit: 50,
      ShmSize: 8 * 1024 * 1024,
      OomScoreAdj: 100,
      Init: true,
      IpcMode: 'private',
      PidMode: 'host',
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 4 },
    })
  })

  it('publishes and exposes ports', async () => {
    const { HostConfig, Config } = await inspect({
      ports: [
        { target: 80, published: 8080 },
        { target: 80, published: 8081, hostIp: '127.0.0.1' },
        { target: 53, protocol: 'udp' },
      ],
      expose: ['3000', '4000/udp'],
    })
    expect(HostConfig.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '', HostPort: '8080' },
        { HostIp: '127.0.0.1', HostPort: '8081' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '' }],
    })
    expect(Object.keys(Config.ExposedPorts).sort()).toEqual(['3000/tcp', '4000/udp', '53/udp', '80/tcp'])
  })

  it('mounts named and anonymous volumes and memory, and keeps the named ones when it goes', async () => {
    const config: ServiceSpecInput = {
      volumes: [
        { type: 'volume', source: 'state', target: '/data' },
        { type: 'volume', source: 'state', target: '/data-ro', readOnly: true },
        { type: 'volume', target: '/scratch' },
        { type: 'tmpfs', target: '/mem', sizeBytes: 1024 * 1024, mode: 0o1777 },
      ],
    }
    const wish = { volumeNames: { state: 'data' } }
    const { Id, Mounts } = await inspect(config, wish)
    const mount = (path: string) => Mounts.find(({ Destination }) => Destination === path)
    expect(mount('/data')).toMatchObject({ Type: 'volume', Name: 'data', RW: true })
    expect(mount('/data-ro')).toMatchObject({ Type: 'volume', Name: 'data', RW: false })
    const { Name: anonymous = '' } = mount('/scratch') ?? {}
    expect(await output('touch /data/a; touch /data-ro/b || echo refused', config, wish)).toContain('refused')
    await engine.removeContainer(Id)
    const volumes = (await docker.listVolumes()).Volumes.map(({ Name }) => Name)
    expect(volumes).toContain('data')
    expect(volumes).not.toContain(anonymous)
  })

  it('joins all of its networks, under its name and its aliases', async () => {
    const networkNames = { front: 'front', back: 'back' }
    const { NetworkSettings, Config } = await inspect(
      { networks: { front: {}, back: { aliases: ['db'], ipv4Address: '10.251.1.77' } } },
      { networkNames },
    )
    const service = Config.Labels['io.flotilla.service']
    expect(NetworkSettings.Networks).toMatchObject({
      front: { Aliases: expect.arrayContaining([service]) },
      back: { Aliases: expect.arrayContaining([service, 'db']), IPAMConfig: { IPv4Address: '10.251.1.77' } },
    })
  })

  it('is finished when it was left half made by a power cut', async () => {
    const networkNames = { front: 'front', back: 'back' }
    const step = createContainerStep('half', { image, config: { networks: { front: {}, back: {} } }, networkNames })
    await engine.createContainer(step)
    await docker.getNetwork('front').disconnect({ Container: 'half' })
    await engine.createContainer(step)
    const { NetworkSettings } = await docker.getContainer('half').inspect()
    expect(Object.keys(NetworkSettings.Networks).sort()).toEqual(['back', 'front'])
  })

  it.each([['host'], ['none'], ['bridge']])('takes network mode %s', async (networkMode) => {
    expect((await inspect({ networkMode })).HostConfig.NetworkMode).toBe(networkMode)
  })

  it('shares the network of another service', async () => {
    const provider = await create({ networks: { front: {} } }, { networkNames: { front: 'front' } })
    await provider.start()
    const { Id, Config } = await provider.inspect()
    const joins = { vpn: Id }
    const { HostConfig } = await inspect({ networkMode: 'service:vpn', pid: 'service:vpn' }, { joins })
    expect(HostConfig).toMatchObject({ NetworkMode: `container:${Id}`, PidMode: `container:${Id}` })
    expect(await output('hostname', { networkMode: 'service:vpn' }, { joins })).toBe(Config.Hostname)
  })

  it('checks health as it is told, or not at all', async () => {
    const test = ['CMD', '/bin/true']
    const { Config } = await inspect({
      healthcheck: { test, intervalMs: 2500, timeoutMs: 1000, startPeriodMs: 500, retries: 2 },
    })
    expect(Config.Healthcheck).toMatchObject({
      Test: test,
      Interval: 2_500_000_000,
      Timeout: 1_000_000_000,
      StartPeriod: 500_000_000,
      Retries: 2,
    })
    expect((await inspect({ healthcheck: { test: ['NONE'] } })).Config.Healthcheck).toMatchObject({ Test: ['NONE'] })
    expect((await inspect({})).Config.Healthcheck).toBeUndefined()
  })

  it('logs as it is told, and else into files that do not fill the card', async () => {
    const logging = { driver: 'json-file', options: { 'max-size': '1k' } }
    expect((await inspect({ logging })).HostConfig.LogConfig).toEqual({
      Type: 'json-file',
      Config: { 'max-size': '1k' },
    })
    expect((await inspect({})).HostConfig.LogConfig).toMatchObject({ Type: 'json-file', Config: { 'max-size': '10m' } })
  })

  it('runs with what it was given', async () => {
    const script =
      'id -u; echo $GREETING; hostname; cat /marker; touch /x || echo read-only; test -c /dev/nothing && echo device'
    const text = await output(script, {
      user: '1234',
      environment: { GREETING: 'hello from $HOME' },
      hostname: 'porch',
      readOnly: true,
      devices: [{ host: '/dev/null', container: '/dev/nothing', permissions: 'rw' }],
    })
    for (const line of ['1234', 'hello from $HOME', 'porch', 'fields', 'read-only', 'device'])
      expect(text).toContain(line)
  })

  it('gives a log line of 10 MB in pieces', async () => {
    const restart = { name: 'no' as const }
    const command = ['/bin/sh', '-c', "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end"]
    const container = await create({ command, restart })
    await container.start()
    await container.wait()
    const sizes: number[] = []
    const ends: boolean[] = []
    await eventually(async () => {
      sizes.length = ends.length = 0
      for await (const frame of engine.readLogs(container.id, { signal: new AbortController().signal })) {
        sizes.push(frame.content.length)
        ends.push(frame.endsLine)
      }
      return ends.filter(Boolean).length === 2
    })
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10_000_003)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024)
  })
})
