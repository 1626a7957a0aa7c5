import { beforeEach, describe, expect, it } from '@jest/globals'
import { digestOf, type PublishedImage } from '../testing/fake-image-registry.js'
import { ImageScene } from '../testing/image-scene.js'
import type { ImageStore } from './image-store.js'
import { BudgetSpent } from './ports.js'

const REPOSITORY = 'registry.test/web'
const BASE = 'base '.repeat(1000)
const RUNTIME = 'runtime '.repeat(1000)

describe('the image store', () => {
  let scene: ImageScene
  let store: ImageStore
  let first: PublishedImage
  beforeEach(async () => {
    scene = new ImageScene()
    store = await scene.start()
    first = scene.registry.publish(REPOSITORY, [BASE, RUNTIME, 'app 1'])
  })

  const layersOf = async (image: string) =>
    (await scene.engine.images()).find(({ names }) => names.includes(image))?.diffIds

  it('brings an image, and keeps nothing of it but what is in the engine', async () => {
    await scene.pull(store, first.image)
    expect(scene.names()).toEqual([first.image])
    expect(await layersOf(first.image)).toEqual(first.diffIds)
    expect(scene.fetched()).toBe(scene.sizeOf([...first.blobs, first.configDigest]))
    expect(scene.blobs.list()).toEqual([])
    expect(scene.daemon.served.size).toBe(0)
  })

  it('tells how far it is, of what has to be fetched', async () => {
    await scene.pull(store, first.image)
    const needed = scene.sizeOf(first.blobs)
    expect(scene.progress[0]).toEqual({
      ...{ doneBytes: 0, neededBytes: needed, way: 'layers', neighbourBytes: 0, bundleBytes: 0 },
    })
    expect(scene.progress.at(-1)).toMatchObject({ doneBytes: needed, neededBytes: needed })
  })

  it('fetches of an update what has changed', async () => {
    await scene.pull(store, first.image)
    const second = scene.registry.publish(REPOSITORY, [BASE, RUNTIME, 'app 2'])
    const before = scene.fetched()
    await scene.pull(store, second.image)
    expect(scene.fetched() - before).toBe(scene.sizeOf([second.blobs[2]!, second.configDigest]))
    expect(await layersOf(second.image)).toEqual(second.diffIds)
  })

  it('fetches a layer again that the engine has on another base only', async () => {
    await scene.pull(store, first.image)
    const rebased = scene.registry.publish(REPOSITORY, ['other base', RUNTIME, 'app 1'])
    await scene.pull(store, rebased.image)
    expect(scene.fetched([first.blobs[1]!])).toBe(2 * scene.sizeOf([first.blobs[1]!]))
    expect(await layersOf(rebased.image)).toEqual(rebased.diffIds)
  })

  it('asks for no layer where all of them are there', async () => {
    await scene.pull(store, first.image)
    const other = scene.registry.publish('registry.test/other', [BASE, RUNTIME])
    const before = scene.fetched()
    await scene.pull(store, other.image)
    expect(scene.fetched() - before).toBe(scene.sizeOf([other.configDigest]))
    expect(scene.names()).toEqual([other.image, first.image].sort())
  })

  it('fetches layers once that several images have, also side by side', async () => {
    const other = scene.registry.publish('registry.test/other', [BASE, RUNTIME, 'other app'])
    await Promise.all([first.image, other.image].map((image) => scene.pull(store, image)))
    const all = new Set([...first.blobs, ...other.blobs, first.configDigest, other.configDigest])
    expect(scene.fetched()).toBe(scene.sizeOf([...all]))
    expect(scene.names()).toEqual([other.image, first.image].sort())
    expect(scene.blobs.list()).toEqual([])
  })

  it('takes from a list of images the one for its platform', async () => {
    const [, digest = ''] = first.image.split('@')
    const other = scene.registry.publish(REPOSITORY, ['arm v6'], { isOci: true })
    const list = scene.registry.publishList({
      'linux/amd64': digest,
      'linux/arm/v6': other.image.split('@')[1]!,
    })
    await expect(scene.pull(store, `${REPOSITORY}@${list}`)).rejects.toThrow()
    const board = await scene.start({ platform: 'linux/arm/v7' })
    await scene.pull(board, `${REPOSITORY}@${list}`)
    expect(await layersOf(`${REPOSITORY}@${list}`)).toEqual(other.diffIds)
  })

  it('refuses an image that is not the one wanted', async () => {
    await expect(scene.pull(store, first.image, { configDigest: digestOf(Buffer.from('?')) })).rejects.toThrow('wanted')
    await scene.pull(store, first.image, { configDigest: first.configDigest })
    expect(scene.names()).toEqual([first.image])
  })

  it('goes on where it stopped, with the next supervisor too', async () => {
    const stop = new AbortController()
    scene.blobs.moment = () => {
      if (scene.fetched() > 40) stop.abort(new Error('stopped'))
    }
    await expect(scene.pull(store, first.image, { signal: stop.signal })).rejects.toThrow('stopped')
    scene.blobs.moment = () => undefined
    expect(scene.names()).toEqual([])
    await scene.pull(await scene.start(), first.image)
    expect(scene.fetched()).toBe(scene.sizeOf([...first.blobs, first.configDigest]))
    expect(scene.registry.manifestsRead).toBe(1)
  })

  it('fetches nothing again where the engine fails', async () => {
    scene.daemon.failure = (write) => (write.startsWith('name-image') ? new Error('no space left') : undefined)
    await expect(scene.pull(store, first.image)).rejects.toThrow('no space left')
    scene.daemon.failure = () => undefined
    await scene.pull(await scene.start(), first.image)
    expect(scene.fetched()).toBe(scene.sizeOf([...first.blobs, first.configDigest]))
    expect(scene.blobs.list()).toEqual([])
  })

  it('keeps what has come when the budget is spent, and says that it is that', async () => {
    scene.blobs.failure = (digest) => (digest === first.blobs[2] ? new BudgetSpent('spent') : undefined)
    await expect(scene.pull(store, first.image)).rejects.toThrow(BudgetSpent)
    scene.blobs.failure = () => undefined
    await scene.pull(store, first.image)
    expect(scene.fetched()).toBe(scene.sizeOf([...first.blobs, first.configDigest]))
  })

  it('fetches again what has gone by the time that the engine asks for it', async () => {
    const [, , layer = ''] = first.blobs
    const read = scene.blobs.read.bind(scene.blobs)
    let reads = 0
    scene.blobs.read = async function* (digest, range) {
      // Once for the store itself, and then for the engine.
      if (digest === first.configDigest && ++reads === 2) await scene.blobs.remove(layer)
      yield* read(digest, range)
    }
    await scene.pull(store, first.image)
    expect(await layersOf(first.image)).toEqual(first.diffIds)
    expect(scene.fetched([layer])).toBe(2 * scene.sizeOf([layer]))
  })

  it('gives up what was begun for images that nobody wants any more, and clears away what was cut', async () => {
    scene.blobs.failure = (digest) => (digest === first.blobs[2] ? new Error('gone') : undefined)
    await expect(scene.pull(store, first.image)).rejects.toThrow('gone')
    scene.daemon.images.add('127.0.0.1:1/flotilla-pull/00@sha256:00')
    await store.tidy(new Set([first.image]))
    expect(scene.names()).toEqual([])
    expect(scene.blobs.list()).not.toEqual([])
    await store.tidy(new Set())
    expect(scene.blobs.list()).toEqual([])
    expect(await scene.document.read()).toEqual({ downloads: {}, tars: {}, lent: {} })
  })

  it('fetches anew what the disk has spoiled since it came, and nothing else', async () => {
    const [, layer = '', top = ''] = first.blobs
    const read = scene.blobs.read.bind(scene.blobs)
    const remove = scene.blobs.remove.bind(scene.blobs)
    const bad = new Map([[layer, 'unreadable'], [top, 'other']]) // prettier-ignore
    scene.blobs.read = async function* (digest, range) {
      if (bad.get(digest) === 'unreadable') throw new Error('EIO')
      if (bad.get(digest) === 'other') yield Buffer.from('other')
      else yield* read(digest, range)
    }
    scene.blobs.remove = (digest) => (bad.delete(digest), remove(digest))
    await expect(scene.pull(store, first.image)).rejects.toThrow()
    await scene.pull(store, first.image)
    expect(await layersOf(first.image)).toEqual(first.diffIds)
    const twice = scene.sizeOf([layer, top])
    expect(scene.fetched()).toBe(scene.sizeOf([...first.blobs, first.configDigest]) + twice)
  })

  it('fetches anew what the engine has spoiled', async () => {
    await scene.pull(store, first.image)
    scene.daemon.spoiled.add(first.image)
    await scene.engine.discardImage(first.image)
    await scene.pull(store, first.image)
    expect(scene.names()).toEqual([first.image])
  })

  it('tells those who keep layers of each that has come, while it can be read', async () => {
    await scene.pull(store, first.image)
    expect(scene.arrived).toEqual(first.diffIds)
  })

  it('leaves the pulling to an engine that does not come, and to one that knows more of images', async () => {
    const legacy = `${REPOSITORY}@${scene.registry.addManifest('{"schemaVersion":1}')}`
    for (const image of [first.image, legacy]) scene.daemon.published.add(image)
    await scene.pull(await scene.start({ isReachable: false }), first.image)
    await scene.pull(store, legacy)
    expect(scene.names()).toEqual([first.image, legacy].sort())
    expect(scene.fetched()).toBe(0)
    expect(scene.log.entries.map(({ message }) => message)).toEqual([
      expect.stringContaining('does not reach'),
      expect.stringContaining('unknown kind'),
    ])
  })
})
