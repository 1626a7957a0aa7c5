/*
 * The engine contract on containers: how they are made, how they run, and what they write.
 */
import type { ServiceSpecInput } from '@flotilla/contracts'
import { expect, it } from '@jest/globals'
import { TerminalError } from '../../errors.js'
import { eventually } from '../../testing/eventually.js'
import { APP_ID, createContainerStep, createNetworkStep, createVolumeStep } from '../../testing/steps.js'
import type { Program } from '../fake/fake-container.js'
import { readAll, repositoryOf, uniqueName, type Scene } from './scene.js'

export function describeContainers(scene: () => Scene): void {
  it('shows of a container what it was created from', async () => {
    const { engine, create, image, look } = scene()
    const [net, other, volume] = [uniqueName('net'), uniqueName('net'), uniqueName('vol')]
    await engine.createNetwork(createNetworkStep(net))
    await engine.createNetwork(createNetworkStep(other))
    await engine.createVolume(createVolumeStep(volume))
    const container = await create({
      config: {
        networks: { front: {}, back: { aliases: ['db'] } },
        volumes: [{ type: 'volume', source: 'data', target: '/data' }],
        restart: { name: 'on-failure', maximumRetryCount: 3 },
        stopGracePeriodMs: 7000,
      },
      networkNames: { front: net, back: other },
      volumeNames: { data: volume },
      dependsOn: ['db', 'cache'],
    })
    expect(container).toMatchObject({
      appId: APP_ID,
      service: container.name,
      image,
      status: 'created',
      volumes: [volume],
      restart: { name: 'on-failure', maximumRetryCount: 3 },
      stopGraceMs: 7000,
      dependsOn: ['db', 'cache'],
    })
    expect([...container.networks].sort()).toEqual([net, other].sort())
    expect(container.specHash).toMatch(/^.{8,}$/)
    expect(container.startedAt).toBeUndefined()
    const { networks } = await look()
    expect(networks.map(({ attached }) => attached)).toEqual([[container.id], [container.id]])
  })

  it('creates a container once, however often it is asked', async () => {
    const { engine, image, look } = scene()
    const step = createContainerStep(uniqueName('web'), { image })
    await engine.createContainer(step)
    await engine.createContainer(step)
    expect((await look()).containers).toHaveLength(1)
    await expect(engine.createContainer({ ...step, specHash: 'other' })).rejects.toThrow(step.name)
  })

  it('creates no container without its image', async () => {
    const { engine, image } = scene()
    const absent = `${repositoryOf(image)}@sha256:${'1'.repeat(64)}`
    await expect(engine.createContainer(createContainerStep(uniqueName('web'), { image: absent }))).rejects.toThrow()
  })

  it('calls it final when what is asked for can never be', async () => {
    const { create } = scene()
    await expect(create({ config: { memLimitBytes: 1024 } })).rejects.toThrow(TerminalError)
  })
}

export function describeRuns(scene: () => Scene): void {
  it('starts, stops and removes a container, each of it twice', async () => {
    const { engine, create, look } = scene()
    const { id } = await create()
    const status = async () => (await look()).containers.find((container) => container.id === id)
    await engine.startContainer(id)
    await engine.startContainer(id)
    expect(await status()).toMatchObject({ status: 'running', startedAt: expect.any(Number) })
    await engine.stopContainer(id, 0)
    await engine.stopContainer(id, 0)
    expect(await status()).toMatchObject({ status: 'exited', exitCode: expect.any(Number) })
    await engine.removeContainer(id)
    await engine.removeContainer(id)
    await engine.stopContainer(id, 0)
    expect(await status()).toBeUndefined()
    await expect(engine.startContainer(id)).rejects.toThrow()
  })

  it('shows how a container ended', async () => {
    const { engine, create, look, harness } = scene()
    const config: ServiceSpecInput = { ...harness.running({ exitsAfterMs: 0, exitCode: 3 }), restart: { name: 'no' } }
    const { id } = await create({ config })
    await engine.startContainer(id)
    await eventually(async () => {
      const [container] = (await look()).containers
      expect(container).toMatchObject({ id, status: 'exited', exitCode: 3, finishedAt: expect.any(Number) })
    })
  })

  it('restarts by the policy, and counts', async () => {
    const { engine, create, look, harness } = scene()
    const restart = { name: 'on-failure' as const, maximumRetryCount: 2 }
    const { id } = await create({ config: { ...harness.running({ exitsAfterMs: 0, exitCode: 3 }), restart } })
    await engine.startContainer(id)
    await eventually(async () => {
      const [container] = (await look()).containers
      expect(container).toMatchObject({ status: 'exited', exitCode: 3, restartCount: 2 })
    })
  })
}

export function describeEvidence(scene: () => Scene): void {
  it('tells of a container that failed how it ended and what it printed last', async () => {
    const { engine, create, look, harness } = scene()
    const prints: Program['prints'] = ['one', 'two', 'three'].map((text) => ({ stream: 'stderr' as const, text }))
    const config: ServiceSpecInput = {
      ...harness.running({ prints, exitsAfterMs: 0, exitCode: 3 }),
      restart: { name: 'no' },
    }
    const { id } = await create({ config })
    await engine.startContainer(id)
    await eventually(async () => expect((await look()).containers[0]?.status).toBe('exited'))
    expect(await engine.evidence(id, 2)).toEqual({ exitCode: 3, lastLines: ['two', 'three'] })
  })

  it('has nothing to tell of a container that is not there', async () => {
    await expect(scene().engine.evidence('0'.repeat(64), 2)).rejects.toThrow()
  })
}

export function describeOwnRestarts(scene: () => Scene): void {
  const policy = { name: 'on-failure' as const, maximumRetryCount: 5 }

  it('leaves what depends on others to us, and counts our restarts', async () => {
    const { engine, create, look, harness } = scene()
    const config = { ...harness.running({ exitsAfterMs: 0, exitCode: 3 }), restart: policy }
    const { id } = await create({ config, dependsOn: ['db'] })
    const hasEnded = async (restartCount: number) => {
      const [container] = (await look()).containers
      expect(container).toMatchObject({ id, status: 'exited', exitCode: 3, restart: policy, restartCount })
    }
    await engine.startContainer(id)
    await eventually(() => hasEnded(0))
    await engine.startContainer(id)
    await eventually(() => hasEnded(1))
    await engine.startContainer(id)
    await eventually(() => hasEnded(2))
  })

  it('does not count what its own restart has ended', async () => {
    const { engine, create, look, harness } = scene()
    const config = { ...harness.running({ exitsAfterMs: 0, exitCode: 3 }), restart: policy }
    const { id } = await create({ config, dependsOn: ['db'] })
    const hasEnded = async (restartCount: number) =>
      expect((await look()).containers[0]).toMatchObject({ id, status: 'exited', restartCount })
    await engine.startContainer(id)
    await eventually(() => hasEnded(0))
    await engine.startContainer(id)
    await eventually(() => hasEnded(1))
    engine.noteRestart()
    await hasEnded(0)
    await engine.startContainer(id)
    await eventually(() => hasEnded(0))
  })

  it('begins to count anew after a stop on purpose', async () => {
    const { engine, create, look } = scene()
    const { id } = await create({ dependsOn: ['db'] })
    await engine.startContainer(id)
    await engine.stopContainer(id, 0)
    await look()
    await engine.startContainer(id)
    expect((await look()).containers[0]).toMatchObject({ id, status: 'running', restartCount: 0 })
    await engine.stopContainer(id, 0)
  })
}

export function describeFiles(scene: () => Scene): void {
  it('tells of a file in a container whether it is there, and since when, running or not', async () => {
    const { engine, create, harness } = scene()
    const [lock, other] = ['/tmp/flotilla/updates.lock', '/tmp/balena/updates.lock']
    const { id } = await create({ config: harness.running({ touches: [lock] }) })
    expect(await engine.hasFile(id, lock)).toBe(false)
    const before = Math.floor(Date.now() / 1000) * 1000
    await engine.startContainer(id)
    await eventually(() => engine.hasFile(id, lock))
    expect(await engine.fileTime(id, lock)).toBeGreaterThanOrEqual(before)
    expect(await engine.fileTime(id, other)).toBeUndefined()
    await engine.stopContainer(id, 0)
    expect(await engine.hasFile(id, lock)).toBe(true)
    await engine.removeContainer(id)
    expect(await engine.hasFile(id, lock)).toBe(false)
  })
}

export function describeChanges(scene: () => Scene): void {
  it.each(['healthy', 'unhealthy'] as const)('shows that a container is %s', async (health) => {
    const { engine, create, look, harness } = scene()
    const config = harness.running({ isUnhealthy: health === 'unhealthy' })
    const healthcheck = { test: config.healthcheck?.test, intervalMs: 100, retries: 1 }
    const { id } = await create({ config: { ...config, healthcheck } })
    await engine.startContainer(id)
    await eventually(async () => expect((await look()).containers[0]).toMatchObject({ status: 'running', health }))
    await engine.stopContainer(id, 0)
  })

  it('tells when something has changed', async () => {
    const { engine, create } = scene()
    const { id } = await create()
    const stop = new AbortController()
    let changes = 0
    const watching = (async () => {
      for await (const _change of engine.changes(stop.signal)) changes++
    })().catch(() => undefined)
    await eventually(() => changes > 0)
    const before = changes
    await engine.startContainer(id)
    await eventually(() => changes > before)
    stop.abort()
    await watching
    await engine.stopContainer(id, 0)
  })
}

export function describeLogs(scene: () => Scene): void {
  const prints: Program['prints'] = [
    { stream: 'stdout', text: 'one' },
    { stream: 'stderr', text: 'two' },
    { stream: 'stdout', text: 'three' },
  ]

  it('gives the log of a container by line, stream and time, to its end', async () => {
    const { engine, create, harness } = scene()
    const config: ServiceSpecInput = { ...harness.running({ prints, exitsAfterMs: 50 }), restart: { name: 'no' } }
    const { id } = await create({ config })
    await engine.startContainer(id)
    const frames = await readAll(engine, id)
    const texts = (stream: string) => frames.filter((it) => it.stream === stream).map((it) => it.content.toString())
    expect(texts('stdout')).toEqual(['one', 'three'])
    expect(texts('stderr')).toEqual(['two'])
    for (const { at, endsLine } of frames) {
      expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
      expect(endsLine).toBe(true)
    }
  })

  it('begins where it is asked to', async () => {
    const { engine, create, harness } = scene()
    const config: ServiceSpecInput = { ...harness.running({ prints, exitsAfterMs: 50 }), restart: { name: 'no' } }
    const { id } = await create({ config })
    await engine.startContainer(id)
    const all = await readAll(engine, id)
    const since = all[1]?.at
    const expected = all.filter(({ at }) => since !== undefined && at >= since)
    expect(await readAll(engine, id, since)).toEqual(expected)
  })
}
