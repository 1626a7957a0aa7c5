import { beforeEach, describe, expect, it } from '@jest/globals'
import { digestOf, type PublishedImage } from '../testing/fake-image-registry.js'
import { ImageScene } from '../testing/image-scene.js'
import type { ImageStore } from './image-store.js'
import { BudgetSpent, type EngineImage } from './ports.js'
import type { Way } from './ways.js'

const REPOSITORY = 'registry.test/web'
// Such that it does not shrink when it is packed.
const noise = (seed: string) => Array.from({ length: 40 }, (_, n) => digestOf(Buffer.from(`${seed}${n}`))).join()

describe('the ways to an image', () => {
  let scene: ImageScene
  let store: ImageStore
  let first: PublishedImage
  let second: PublishedImage
  const layers = [noise('base'), noise('app 2')]
  beforeEach(async () => {
    scene = new ImageScene()
    store = await scene.start()
    first = scene.registry.publish(REPOSITORY, [noise('base'), noise('app 1')])
    second = scene.registry.publish(REPOSITORY, layers)
    await scene.pull(store, first.image)
    scene.blobs.given.clear()
    scene.progress.length = 0
  })

  const layersOf = async (image: string) =>
    (await scene.engine.images()).find(({ names }) => names.includes(image))?.diffIds

  /** A delta that makes these layers (by diffId) of nothing. */
  function wayMaking(contents: Record<string, string>, change: Partial<Way> = {}): Way {
    const delta = Buffer.from(`delta ${Object.keys(contents).join()}`)
    scene.registry.blobs.set(digestOf(delta), delta)
    return {
      kind: 'delta',
      blobs: [{ digest: digestOf(delta), sizeBytes: delta.length, repository: REPOSITORY }],
      makes: new Set(Object.keys(contents)),
      openMaker: () =>
        Promise.resolve({
          tarBytes: (diffId) => contents[diffId]?.length,
          make: (diffId) => pieces(contents[diffId] ?? ''),
          close: () => Promise.resolve(),
        }),
      ...change,
    }
  }

  async function* pieces(text: string): AsyncGenerator<Uint8Array> {
    await Promise.resolve()
    for (let at = 0; at < text.length; at += 1000) yield Buffer.from(text.slice(at, at + 1000))
  }

  it('begin with the cheapest: what it makes is not fetched', async () => {
    const way = wayMaking({ [second.diffIds[1]!]: layers[1]! })
    scene.ways = () => [way]
    await scene.pull(store, second.image)
    expect(await layersOf(second.image)).toEqual(second.diffIds)
    expect([...scene.blobs.given.keys()].sort()).toEqual([way.blobs[0]!.digest, second.configDigest].sort())
    expect(scene.progress.at(-1)).toMatchObject({ way: 'delta', neededBytes: way.blobs[0]!.sizeBytes })
    expect(scene.arrived).not.toContain(second.diffIds[1])
    expect(scene.blobs.list()).toEqual([])
  })

  it('know a layer that was made by the name that the engine knows', async () => {
    scene.ways = () => [wayMaking({ [second.diffIds[1]!]: layers[1]! })]
    await scene.pull(store, second.image)
    const third = scene.registry.publish(REPOSITORY, [...layers, 'more'])
    scene.ways = () => []
    scene.blobs.given.clear()
    await scene.pull(await scene.start(), third.image)
    expect([...scene.blobs.given.keys()].sort()).toEqual([third.blobs[2]!, third.configDigest].sort())
    expect(await layersOf(third.image)).toEqual(third.diffIds)
    // Once the layer is in no image any more, it is not remembered either.
    for (const { image } of [second, third]) await scene.engine.removeImage(image)
    await scene.pull(store, scene.registry.publish(REPOSITORY, [noise('base')]).image)
    expect(await scene.document.read()).toEqual({ downloads: {}, tars: {}, lent: {} })
  })

  it('are the plain layers where those cost less', async () => {
    const large = Buffer.from(noise('large') + noise('larger'))
    const blob = { digest: digestOf(large), sizeBytes: large.length, repository: REPOSITORY }
    scene.ways = () => [wayMaking({ [second.diffIds[1]!]: layers[1]! }, { blobs: [blob] })]
    await scene.pull(store, second.image)
    expect(scene.fetched([second.blobs[1]!])).toBe(scene.sizeOf([second.blobs[1]!]))
  })

  it('are not asked for where nothing is missing', async () => {
    let asked = 0
    scene.ways = () => (asked++, [])
    await scene.pull(store, scene.registry.publish('registry.test/other', [noise('base')]).image)
    expect(asked).toBe(0)
  })

  it.each([
    ['something else', noise('app 3')],
    ['too little', layers[1]!.slice(1)],
    ['too much', `${layers[1]!}!`],
    ['nothing', ''],
  ])('fall back to the layers where one makes %s', async (_what, made) => {
    const way = wayMaking({ [second.diffIds[1]!]: made })
    const openMaker = async (via: EngineImage | undefined, signal: AbortSignal) => {
      const maker = await way.openMaker!(via, signal)
      return { ...maker, tarBytes: () => layers[1]!.length }
    }
    scene.ways = () => [{ ...way, openMaker }]
    await scene.pull(store, second.image)
    expect(await layersOf(second.image)).toEqual(second.diffIds)
    expect(scene.fetched([second.blobs[1]!])).toBe(scene.sizeOf([second.blobs[1]!]))
    expect(scene.log.entries.map(({ message }) => message)).toEqual([expect.stringContaining('another is taken')])
    expect(scene.names()).toEqual([first.image, second.image].sort())
    expect(scene.blobs.list()).toEqual([])
  })

  it('fall back where a delta cannot be had or opened, and not where the budget is spent', async () => {
    const way = wayMaking({ [second.diffIds[1]!]: layers[1]! })
    const { digest } = way.blobs[0]!
    scene.ways = () => [way]
    scene.blobs.failure = (wanted) => (wanted === digest ? new BudgetSpent('spent') : undefined)
    await expect(scene.pull(store, second.image)).rejects.toThrow(BudgetSpent)
    scene.blobs.failure = (wanted) => (wanted === digest ? new Error('gone') : undefined)
    await scene.pull(store, second.image)
    scene.blobs.failure = () => undefined
    const third = scene.registry.publish(REPOSITORY, [noise('base'), noise('app 3')])
    scene.ways = () => [{ ...way, openMaker: () => Promise.reject(new Error('forged')) }]
    await scene.pull(store, third.image)
    expect(await layersOf(third.image)).toEqual(third.diffIds)
  })

  it('may lead over another image, which is there only meanwhile and under no name of its own', async () => {
    const third = scene.registry.publish(REPOSITORY, [noise('base'), noise('app 3'), noise('more')])
    let seen: EngineImage | undefined
    const toThird = wayMaking({ [third.diffIds[1]!]: noise('app 3'), [third.diffIds[2]!]: noise('more') })
    scene.ways = () => [
      {
        ...toThird,
        via: { image: second.image, way: wayMaking({ [second.diffIds[1]!]: layers[1]! }) },
        openMaker: async (via, signal) => {
          seen = via
          expect(scene.names()).not.toContain(second.image)
          return toThird.openMaker!(via, signal)
        },
      },
    ]
    await scene.pull(store, third.image)
    expect(seen?.diffIds).toEqual(second.diffIds)
    expect(scene.names()).toEqual([first.image, third.image].sort())
    expect(await layersOf(third.image)).toEqual(third.diffIds)
    expect(scene.fetched([second.blobs[1]!, ...third.blobs])).toBe(0)
    expect(scene.blobs.list()).toEqual([])
  })

  it('go on with the registry’s layer where the engine no longer knows one that was made', async () => {
    scene.ways = () => [wayMaking({ [second.diffIds[1]!]: layers[1]! })]
    await scene.pull(store, second.image)
    scene.ways = () => []
    scene.daemon.images.forgetDigests()
    const third = scene.registry.publish(REPOSITORY, [...layers, 'more'])
    await scene.pull(store, third.image)
    expect(await layersOf(third.image)).toEqual(third.diffIds)
  })
})
