import type { TargetInput } from '@flotilla/contracts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeltaBoard, type PublishedImage } from '../testing/delta-board.js'
import { eventually } from '../testing/eventually.js'
import { layerTar, type LayerFiles } from '../testing/layered-image.js'
import { app, service } from '../testing/targets.js'

const busybox = readFileSync('/bin/busybox')
const library = randomBytes(2_000_000)

/** Every layer of a version is another one than in the version before; most of their bytes are the same. */
function version(name: string, number: number, moreBytes = 0): LayerFiles[] {
  const stamp = Buffer.from(`version ${number}`)
  const code = Buffer.concat([library.subarray(0, 1_000_000), stamp, library.subarray(1_000_000)])
  return [
    { 'bin/busybox': busybox, 'etc/version': stamp, 'usr/share/large': Buffer.alloc(moreBytes, name) },
    { 'app/code': code, 'app/name': `${name} ${number}`, 'app/large': library.subarray(0, moreBytes) },
  ]
}

describe('updates by deltas on a real engine', () => {
  let board: DeltaBoard
  let web: PublishedImage[]
  let db: PublishedImage[]
  let releases = 0
  // The number of what runs.
  let newest = 3

  beforeAll(async () => {
    board = await DeltaBoard.start()
    board.cloud.policy = { confirmSeconds: 0, reserveBytes: 0 }
    web = await images('web', 8)
    db = await images('db', 2)
    await board.startSupervisor()
    await eventually(() => expect(board.cloud.devices.size).toBe(1))
  })
  afterAll(() => board.stop())

  async function images(name: string, count: number): Promise<PublishedImage[]> {
    const made: PublishedImage[] = []
    for (let number = 0; number < count; number++) {
      made.push(await board.publish(name, await Promise.all(version(name, number).map(layerTar))))
    }
    return made
  }
  const running = (image: PublishedImage) => service(image, config)
  const config = { command: ['/bin/busybox', 'sleep', '1000000'], stopGracePeriodMs: 0 }

  /** Gives the bytes that it cost. */
  async function update(services: TargetInput['apps'][number]['services']): Promise<number> {
    const before = board.fetchedBytes
    releases++
    board.cloud.deploy(board.cloud.device, [app(releases, services)])
    await settled(services)
    return board.fetchedBytes - before
  }
  /** It runs that and has nothing else; asked of the engine, since a report may be a while on its way. */
  const settled = (services: TargetInput['apps'][number]['services']) =>
    eventually(async () => {
      const [containers, images] = await Promise.all([
        board.engine.docker.listContainers({ all: true }),
        board.engine.docker.listImages(),
      ])
      const wanted = Object.values(services).map(({ image }) => image)
      expect(containers.map(({ Labels: labels, State: state }) => [labels['io.flotilla.image'], state]).sort()).toEqual(
        wanted.map(({ repository, digest }) => [`${repository}@${digest}`, 'running']).sort(),
      )
      expect(images.flatMap(({ RepoTags: tags }) => tags ?? []).sort()).toEqual(
        wanted.map(({ repository, digest }) => `${repository}:${digest.replace(':', '-')}`).sort(),
      )
    })
  /** The digests of those that the board told of. */
  const failures = () =>
    board.cloud.device.events.filter(({ kind }) => kind === 'delta-failed').map(({ detail }) => detail?.delta)

  it('costs the layers at first, and then what has changed, for each service', async () => {
    board.cloud.device.imageSources = () => ({ paths: [] })
    const first = await update({ web: running(web[0]!), db: running(db[0]!) })
    expect(first).toBeGreaterThan(3_000_000)
    const deltas = [await board.publishDelta(web[0]!, web[1]!), await board.publishDelta(db[0]!, db[1]!)]
    board.offer(...deltas.map((delta) => [delta]))
    const cost = await update({ web: running(web[1]!), db: running(db[1]!) })
    // With manifests and configs.
    expect(cost).toBeLessThan(15_000)
    expect(failures()).toEqual([])
  })

  it('goes over an image that the board never ran', async () => {
    const deltas = [await board.publishDelta(web[1]!, web[2]!), await board.publishDelta(web[2]!, web[3]!)]
    board.offer(deltas)
    expect(await update({ web: running(web[3]!) })).toBeLessThan(15_000)
  })

  it('costs the layers where the delta is forged, and the board goes on', async () => {
    const [from, to] = [web[newest]!, web[++newest]!]
    const garble = (delta: Buffer) => Buffer.from(delta.map((byte, at) => (at > delta.length / 2 ? byte ^ 0x5a : byte)))
    const delta = await board.publishDelta(from, to, garble)
    board.offer([delta])
    expect(await update({ web: running(to) })).toBeGreaterThan(2_000_000)
    await eventually(() => expect(failures()).toContain(delta.digest))
  })

  it('costs the layers where a file of the old image is not what it was', async () => {
    const [from, to] = [web[newest]!, web[++newest]!]
    const inspected = await board.engine.docker
      .getImage(`${from.repository}:${from.digest.replace(':', '-')}`)
      .inspect()
    const { UpperDir: upper = '' } = inspected.GraphDriver.Data as Record<string, string>
    const path = join(upper, 'app/code')
    const content = await readFile(path)
    content.write('tampered', 500)
    await writeFile(path, content)
    const delta = await board.publishDelta(from, to)
    board.offer([delta])
    expect(await update({ web: running(to) })).toBeGreaterThan(2_000_000)
    await eventually(() => expect(failures()).toContain(delta.digest))
  })

  it('reads the old image through the engine where its folders are out of reach', async () => {
    await board.stopSupervisor()
    await board.startSupervisor('/nowhere')
    const [from, to] = [web[newest]!, web[++newest]!]
    board.offer([await board.publishDelta(from, to)])
    expect(await update({ web: running(to) })).toBeLessThan(15_000)
  })

  it('waits for a delta that is being made, and says so', async () => {
    const [from, to] = [web[newest]!, web[++newest]!]
    const delta = await board.publishDelta(from, to)
    const pending = { paths: [], pending: { retryAfterSeconds: 1 } }
    board.cloud.device.imageSources = () => pending
    const before = board.cloud.device.imageQuestions.length
    const updated = update({ web: running(to) })
    await eventually(() => {
      expect(board.cloud.device.imageQuestions.length).toBeGreaterThan(before + 1)
      expect(board.cloud.device.state.explanation).toContain('waits for its delta, which is being made')
    })
    board.offer([delta])
    expect(await updated).toBeLessThan(15_000)
  })

  it('comes through although the engine is killed while it takes what is rebuilt', async () => {
    await board.stopSupervisor()
    await board.startSupervisor()
    const large = await board.publish('web', await Promise.all(version('web', 9, 2_000_000).map(layerTar)))
    const delta = await board.publishDelta(web[newest]!, large)
    board.offer([delta])
    const before = board.fetchedBytes
    board.cloud.deploy(board.cloud.device, [app(++releases, { web: running(large) })])
    await eventually(() => expect(board.fetchedBytes - before).toBeGreaterThanOrEqual(delta.sizeBytes))
    await board.engine.kill()
    await settled({ web: running(large) })
    // Not a byte of the delta was fetched twice.
    expect(board.fetchedBytes - before).toBeLessThan(delta.sizeBytes + 15_000)
    expect(failures()).not.toContain(delta.digest)
  })
})
