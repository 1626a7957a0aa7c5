import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freeMeter } from '../testing/free-meter.js'
import { EnginePull } from '../images/engine-pull.js'
import { DocumentReader } from '../images/image-documents.js'
import { ImageStore } from '../images/image-store.js'
import type { ImageWorld } from '../images/images-part.js'
import { Ledger } from '../images/ledger.js'
import { pullerBy } from '../images/pull-directly.js'
import type { StoredImages } from '../images/stored-images.js'
import type { Way } from '../images/ways.js'
import { startDocker, type TestDocker } from '../testing/docker-engine.js'
import { digestOf, type PublishedImage } from '../testing/fake-image-registry.js'
import { ImageOrigin } from '../testing/image-origin.js'
import { layerTar } from '../testing/layered-image.js'
import { MemoryDocument, silentLog } from '../testing/memory-store.js'
import { createContainerStep } from '../testing/steps.js'
import { DockerEngine } from './docker/docker-engine.js'
import { openImageWorld } from './image-world.js'

const MB = 1024 * 1024

describe('images that Docker pulls from the image store', () => {
  let dockerd: TestDocker
  let origin: ImageOrigin
  let folder: string
  let world: ImageWorld
  let store: ImageStore
  let ways: Way[]
  let base: Buffer
  const document = new MemoryDocument<StoredImages>()
  beforeAll(async () => {
    dockerd = await startDocker()
    base = await layerTar({ 'etc/base': randomBytes(2 * MB) })
  })
  afterAll(() => dockerd.stop())
  beforeEach(async () => {
    origin = await ImageOrigin.start()
    folder = await mkdtemp(join(tmpdir(), 'fimages-'))
    ways = []
    await start()
  })
  afterEach(async () => {
    await world.close()
    await origin.stop()
    await rm(folder, { recursive: true })
  })

  const engine = () => new DockerEngine('device', { socketPath: dockerd.socketPath })
  const log = silentLog()
  const cloud = { registryToken: () => Promise.resolve({ token: 'token', expiresInSeconds: 300 }) }

  /** A supervisor that starts on what there is. */
  async function start(): Promise<void> {
    const core = { cloud, engine: engine(), log } as unknown as Parameters<typeof openImageWorld>[0]
    world = await openImageWorld(core, { stateDir: folder, root: '/', meter: freeMeter })
    const { blobs, clock, manifests, registry } = world
    const ledger = new Ledger(document, blobs, log)
    await ledger.load()
    const finder = {
      find: () => Promise.resolve(ways),
      layerArrived: () => Promise.resolve(),
      tidy: () => Promise.resolve(),
    }
    store = new ImageStore({
      ...{ engine: engine(), blobs, clock, ledger, log, finders: [finder] },
      documents: new DocumentReader(blobs, manifests, 'linux/amd64'),
      pulls: new EnginePull(engine(), registry, blobs),
      pullDirectly: pullerBy(engine(), cloud),
    })
  }

  const publish = async (app: string | Buffer) => {
    const top = await layerTar({ 'app/main': app, 'app/id': randomUUID() })
    return { ...origin.images.publish(`${origin.address}/web`, [base, top]), top }
  }
  const pull = (image: string, signal = new AbortController().signal) =>
    store.pull({ kind: 'pull-image', image, appId: 'app', services: ['web'] }, { signal, onProgress: () => undefined })
  const layersOf = async ({ image }: PublishedImage) =>
    (await engine().images()).find(({ names }) => names.includes(image))?.diffIds
  /** The engine has it and can use it, and nothing else is left of it anywhere. */
  async function expectThere(published: PublishedImage): Promise<void> {
    expect(await layersOf(published)).toEqual(published.diffIds)
    const name = `c-${randomUUID()}`
    await engine().createContainer(
      createContainerStep(name, { image: published.image, config: { command: ['/app/main'] } }),
    )
    await dockerd.docker.getContainer(name).remove()
    expect(await readdir(join(folder, 'blobs'))).toEqual([])
    const names = (await engine().images()).flatMap((image) => image.names)
    expect(names.filter((it) => it.includes('flotilla-pull'))).toEqual([])
  }

  it('come whole, and the next one with what is new in it', async () => {
    const [first, second] = [await publish('one'), await publish('two')]
    await pull(first.image)
    await expectThere(first)
    const before = origin.bytesSent()
    await pull(second.image)
    await expectThere(second)
    expect(origin.bytesSent([first.blobs[0]!])).toBe(origin.images.blobs.get(first.blobs[0]!)!.length)
    expect(origin.bytesSent() - before).toBeLessThan(3000)
    await engine().removeImage(first.image)
    await engine().removeImage(second.image)
    expect(await layersOf(second)).toBeUndefined()
  })

  it('cost each byte once over a link that is cut again and again', async () => {
    const published = await publish(randomBytes(3 * MB))
    origin.cutEvery = 300_000
    await pull(published.image)
    await expectThere(published)
    const whole = published.blobs.reduce((sum, digest) => sum + origin.images.blobs.get(digest)!.length, 0)
    // What was on its way in the moment of a cut is lost, on each of the connections.
    expect(origin.bytesSent(published.blobs)).toBeLessThan(whole * 1.1)
  })

  it('go on after the supervisor was stopped in the middle', async () => {
    const published = await publish(randomBytes(3 * MB))
    const stop = new AbortController()
    origin.onPiece = () => {
      if (origin.bytesSent() > MB) stop.abort(new Error('stopped'))
    }
    await expect(pull(published.image, stop.signal)).rejects.toThrow('stopped')
    await world.close()
    await start()
    const [top = ''] = published.blobs.slice(1)
    const safeBytes = world.blobs.bytesOf(top)
    expect(safeBytes).toBeGreaterThan(0)
    const before = origin.bytesSent([top])
    await pull(published.image)
    await expectThere(published)
    expect(origin.bytesSent([top]) - before).toBe(origin.images.blobs.get(top)!.length - safeBytes)
  })

  it('need nothing again after the engine was killed while it pulled', async () => {
    const published = await publish(randomBytes(20 * MB))
    const read = world.blobs.read.bind(world.blobs)
    let kill: Promise<void> | undefined
    world.blobs.read = async function* (digest, range) {
      for await (const piece of read(digest, range)) {
        yield piece
        if (digest === published.blobs[1]) kill ??= dockerd.kill()
      }
    }
    await expect(pull(published.image)).rejects.toThrow()
    await kill
    await dockerd.restart(() => Promise.resolve())
    const before = origin.bytesSent()
    expect(origin.bytesSent([published.blobs[1]!])).toBe(origin.images.blobs.get(published.blobs[1]!)!.length)
    await start()
    await pull(published.image)
    await expectThere(published)
    expect(origin.bytesSent()).toBe(before)
  })

  it('are refused where the registry gives something else', async () => {
    const published = await publish('good')
    const forged = Buffer.from(origin.images.blobs.get(published.blobs[1]!)!)
    forged[20] = forged[20]! ^ 1
    origin.images.blobs.set(published.blobs[1]!, forged)
    await expect(pull(published.image)).rejects.toThrow('something else')
    expect(await layersOf(published)).toBeUndefined()
  })

  describe('with layers made on the device', () => {
    const wayTo = (published: PublishedImage & { top: Buffer }, made: Buffer): Way => {
      const delta = Buffer.from(`delta ${randomUUID()}`)
      origin.images.blobs.set(digestOf(delta), delta)
      async function* pieces() {
        await Promise.resolve()
        for (let at = 0; at < made.length; at += 50_000) yield made.subarray(at, at + 50_000)
      }
      return {
        kind: 'delta',
        blobs: [{ digest: digestOf(delta), sizeBytes: delta.length, repository: `${origin.address}/web` }],
        makes: new Set([published.diffIds[1]!]),
        openMaker: () =>
          Promise.resolve({
            tarBytes: () => published.top.length,
            make: pieces,
            close: () => Promise.resolve(),
          }),
      }
    }

    it('are the same images, also for those that come after them', async () => {
      const published = await publish(randomBytes(MB))
      ways = [wayTo(published, published.top)]
      await pull(published.image)
      await expectThere(published)
      expect(origin.bytesSent([published.blobs[1]!])).toBe(0)
      ways = []
      const more = await layerTar({ more: randomUUID() })
      const next = origin.images.publish(`${origin.address}/web`, [base, published.top, more])
      await pull(next.image)
      await expectThere(next)
      expect(origin.bytesSent([next.blobs[1]!])).toBe(0)
    })

    it.each([
      ['one byte is wrong', (top: Buffer) => Buffer.concat([top.subarray(0, -1), Buffer.from('?')])],
      ['it ends too early', (top: Buffer) => top.subarray(0, -10_000)],
    ])('fall back to those of the registry where %s', async (_what, spoil) => {
      const published = await publish(randomBytes(MB))
      ways = [wayTo(published, spoil(published.top))]
      await pull(published.image)
      await expectThere(published)
      expect(origin.bytesSent([published.blobs[1]!])).toBeGreaterThan(MB)
    })
  })
})
