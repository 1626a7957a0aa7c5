/*
 * The engine contract on networks and volumes, and on what is not ours.
 */
import { expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { APP_ID, createNetworkStep, createVolumeStep } from '../../testing/steps.js'
import { uniqueName, type Scene } from './scene.js'

export function describeNetworksAndVolumes(scene: () => Scene): void {
  it('creates a network once, however often it is asked, and removes it', async () => {
    const { engine, look } = scene()
    const step = createNetworkStep(uniqueName('net'), { key: 'backend' })
    await engine.createNetwork(step)
    await engine.createNetwork(step)
    const { networks } = await look()
    expect(networks).toEqual([
      expect.objectContaining({
        name: step.name,
        appId: APP_ID,
        key: 'backend',
        specHash: step.specHash,
        attached: [],
      }),
    ])
    await engine.removeNetwork(networks[0]?.id ?? '')
    await engine.removeNetwork(networks[0]?.id ?? '')
    expect((await look()).networks).toEqual([])
  })

  it('takes no network for another one of the same name', async () => {
    const { engine, harness } = scene()
    const step = createNetworkStep(uniqueName('net'))
    await engine.createNetwork(step)
    await expect(engine.createNetwork({ ...step, specHash: 'other' })).rejects.toThrow(step.name)
    await expect(harness.engine(randomUUID()).createNetwork(step)).rejects.toThrow(step.name)
  })

  it('creates a volume once, however often it is asked, and takes no other device’s for its own', async () => {
    const { engine, harness, look } = scene()
    const step = createVolumeStep(uniqueName('vol'))
    await engine.createVolume(step)
    await engine.createVolume(step)
    expect((await look()).volumes).toEqual([{ name: step.name, appId: APP_ID, key: 'data' }])
    await expect(harness.engine(randomUUID()).createVolume(step)).rejects.toThrow(step.name)
  })

  it('tells where the files of a volume are, in its own folder', async () => {
    const { engine } = scene()
    const step = createVolumeStep(uniqueName('vol'))
    await expect(engine.volumePath(step.name)).rejects.toThrow()
    await engine.createVolume(step)
    expect(await engine.volumePath(step.name)).toBe(`${await engine.dataFolder()}/volumes/${step.name}/_data`)
  })
}

export function describeVolumeRemoval(scene: () => Scene): void {
  it('removes a volume, twice, but none that a container holds', async () => {
    const { engine, create, look } = scene()
    const [free, held] = [uniqueName('vol'), uniqueName('vol')]
    for (const name of [free, held]) await engine.createVolume(createVolumeStep(name))
    await create({
      config: { volumes: [{ type: 'volume', source: 'data', target: '/data' }] },
      volumeNames: { data: held },
    })
    await engine.removeVolume(free)
    await engine.removeVolume(free)
    await expect(engine.removeVolume(held)).rejects.toThrow()
    expect((await look()).volumes.map(({ name }) => name)).toEqual([held])
  })

  it('knows an address of its machine that containers reach, where there is one', async () => {
    const address = await scene().engine.hostAddress()
    if (address !== undefined) expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  })
}

export function describeRegistryRules(scene: () => Scene): void {
  it('speaks to registries on its own machine without TLS', async () => {
    expect((await scene().engine.registryRules()).insecureNetworks).toContain('127.0.0.0/8')
  })
}

export function describeForeigners(scene: () => Scene): void {
  it('shows nothing that another device, or somebody by hand, has made', async () => {
    const { engine, create, harness } = scene()
    const net = uniqueName('net')
    await engine.createNetwork(createNetworkStep(net))
    await harness.addForeignContainer(net)
    await create()
    expect(await harness.engine(randomUUID()).observe([])).toEqual({
      containers: [],
      networks: [],
      volumes: [],
      images: [],
    })
  })

  it('shows whose containers, of ours or not, are attached to a network', async () => {
    const { engine, create, harness, look } = scene()
    const net = uniqueName('net')
    await engine.createNetwork(createNetworkStep(net))
    const foreign = await harness.addForeignContainer(net)
    const { id } = await create({ config: { networks: { default: {} } }, networkNames: { default: net } })
    const { networks, containers } = await look()
    expect([...(networks[0]?.attached ?? [])].sort()).toEqual([foreign, id].sort())
    expect(containers.map((container) => container.id)).toEqual([id])
    await expect(engine.removeNetwork(networks[0]?.id ?? '')).rejects.toThrow()
    expect(await harness.hasContainer(foreign)).toBe(true)
  })
}
