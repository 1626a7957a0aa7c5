import type { DeltaDescription } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeltaScene, type SceneImage } from '../../testing/delta-scene.js'
import type { LayerFiles } from '../../testing/layered-image.js'
import type { Way } from '../ways.js'

const { signal } = new AbortController()
const program = randomBytes(150_000)
const changed = Buffer.concat([program.subarray(0, 100_000), Buffer.from('changed'), program.subarray(100_000)])

const base = { 'etc/os-release': 'Debian', 'usr/bin/tool': randomBytes(20_000) }
const LAYERS: Record<'one' | 'two' | 'three', LayerFiles[]> = {
  one: [base, { 'app/program': program, 'app/notes': 'one' }],
  two: [
    { ...base, 'etc/new': 'file' },
    { 'app/program': changed, 'app/notes': 'two' },
  ],
  three: [base, { 'app/program': changed, 'app/other': 'three' }],
}

describe('deltas on the device', () => {
  let scene: DeltaScene
  let one: SceneImage
  let two: SceneImage
  let three: SceneImage

  beforeEach(async () => {
    scene = await DeltaScene.open()
    one = await scene.image('one', LAYERS.one)
    two = await scene.image('two', LAYERS.two)
    three = await scene.image('three', LAYERS.three)
  })
  afterEach(() => scene.close())

  const offer = (...paths: DeltaDescription[][]) => {
    scene.cloud.imageSources = () => ({ paths: paths.map((deltas) => ({ deltas })) })
  }
  async function made(way: Way | undefined, diffId: string): Promise<Buffer> {
    const maker = await way!.openMaker!(undefined, signal)
    const pieces: Uint8Array[] = []
    try {
      for await (const piece of maker.make(diffId, signal)) pieces.push(Uint8Array.from(piece))
    } finally {
      await maker.close()
    }
    return Buffer.concat(pieces)
  }

  it('rebuild every layer, exactly', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    const delta = await scene.delta(one, two)
    offer([delta])
    const [way] = await finder.find(scene.wanted(two), signal)
    expect(way).toMatchObject({ kind: 'delta', makes: 'all', blobs: [{ digest: delta.digest }] })
    for (const [at, diffId] of two.diffIds.entries()) {
      expect((await made(way, diffId)).equals(await readFile(two.tars[at]!))).toBe(true)
    }
    // What was rebuilt can be read by later deltas, as what came from the registry.
    scene.engineImages.push(two)
    await finder.find(scene.wanted(three), signal)
    expect(scene.cloud.imageQuestions.at(-1)?.have.toSorted()).toEqual([one.digest, two.digest].toSorted())
  })

  it('lead over images that are not there yet', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    const deltas = [await scene.delta(one, two), await scene.delta(two, three)]
    offer(deltas)
    const [way] = await finder.find(scene.wanted(three), signal)
    expect(way?.via?.image).toBe(two.names[0])
    expect((await made(way?.via?.way, two.diffIds[0]!)).equals(await readFile(two.tars[0]!))).toBe(true)
    for (const diffId of two.diffIds.slice(1)) await made(way?.via?.way, diffId)
    // The store has brought it, under an id that only the engine knows.
    const maker = await way!.openMaker!(two, signal)
    expect(maker.tarBytes(three.diffIds[0]!)).toBe((await readFile(three.tars[0]!)).length)
    expect(maker.tarBytes(one.diffIds[1]!)).toBeUndefined()
    await maker.close()
  })

  it('are asked for with the images that can be read, the most alike first', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    // Its layers never passed by.
    scene.engineImages.push(two)
    await finder.find(scene.wanted(three), signal)
    expect(scene.cloud.imageQuestions.map(({ have }) => have)).toEqual([[one.digest]])
    for (const layer of two.layers) await finder.layerArrived(layer, signal)
    const foreign = { ...one, id: 'other', names: [`registry.test/other@${three.digest}`] }
    scene.engineImages.unshift(two, foreign)
    await finder.find(scene.wanted(three), signal)
    expect(scene.cloud.imageQuestions[1]?.have).toEqual([one.digest, two.digest, three.digest])
  })

  it('are not asked for where there is nothing to start from', async () => {
    const finder = await scene.finder()
    expect(await finder.find(scene.wanted(two), signal)).toEqual([])
    expect(scene.cloud.imageQuestions).toEqual([])
  })

  it('are done without where the server does not answer', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    scene.cloud.imageSources = () => {
      throw new Error('no route to host')
    }
    expect(await finder.find(scene.wanted(two), signal)).toEqual([])
  })

  it('that do not lead from here to there are left alone', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    const right = await scene.delta(one, two)
    offer(
      [{ ...right, from: three.digest }],
      [{ ...right, to: three.digest }],
      [right, { ...right, from: three.digest, to: two.digest }],
    )
    expect(await finder.find(scene.wanted(two), signal)).toEqual([])
  })

  describe('that fail', () => {
    const garbled = async () => {
      const delta = await scene.delta(one, two)
      const bytes = await readFile(scene.pathOf(delta.digest))
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 0xff, bytes.length - 20)
      return scene.description(one, two, bytes)
    }
    const cut = async () => {
      const delta = await scene.delta(one, two)
      const bytes = await readFile(scene.pathOf(delta.digest))
      return scene.description(one, two, bytes.subarray(0, bytes.length - 30))
    }
    const foreign = async () => ({ ...(await scene.delta(one, three)), to: two.digest })
    const nonsense = () => scene.description(one, two, randomBytes(1000))
    const ofAnotherImage = async () => ({ ...(await scene.delta(three, two)), from: one.digest })

    async function takeAll(way: Way | undefined) {
      for (const diffId of two.diffIds) await made(way, diffId)
    }

    it.each<[string, () => Promise<DeltaDescription>]>([
      ['is garbled', garbled],
      ['is cut short', cut],
      ['is of another image', foreign],
      ['is no delta at all', nonsense],
      ['is for another source', ofAnotherImage],
    ])('are never tried again: one that %s', async (_name, make) => {
      const finder = await scene.finder()
      await scene.arrive(finder, one)
      const delta = await make()
      offer([delta])
      const [way] = await finder.find(scene.wanted(two), signal)
      await expect(takeAll(way)).rejects.toThrow()
      expect(existsSync(scene.pathOf(delta.digest))).toBe(false)
      const told = scene.store.events.all.filter(({ kind }) => kind === 'delta-failed')
      expect(told).toMatchObject([{ detail: { image: two.names[0], delta: delta.digest, from: one.digest } }])
      // Also after a restart.
      expect(await (await scene.finder()).find(scene.wanted(two), signal)).toEqual([])
    })

    it('never give a layer whole, nor keep what it looked like', async () => {
      const finder = await scene.finder()
      await scene.arrive(finder, one)
      const forged = await scene.image('forged', [{ 'etc/os-release': 'Forged' }, { 'app/program': 'forged' }])
      const delta = { ...(await scene.delta(one, { ...forged, diffIds: two.diffIds })), to: two.digest }
      offer([delta])
      const [way] = await finder.find(scene.wanted(two), signal)
      const before = scene.shelf.list()
      await expect(made(way, two.diffIds[0]!)).rejects.toThrow('is not sha256')
      expect(scene.shelf.list()).toEqual(before)
      expect((await readdir(join(scene.folder, 'skeletons'))).length).toBe(before.length)
    })

    it('are tried again where it was the disk or the engine, but not for ever', async () => {
      const finder = await scene.finder()
      await scene.arrive(finder, one)
      const delta = await scene.delta(one, two)
      offer([delta])
      scene.beforeOpen = () => {
        throw Object.assign(new Error('input/output error'), { code: 'EIO', errno: -5 })
      }
      for (let failure = 1; failure <= 3; failure++) {
        const [way] = await finder.find(scene.wanted(two), signal)
        await expect(takeAll(way)).rejects.toThrow()
        expect(existsSync(scene.pathOf(delta.digest))).toBe(failure < 3)
      }
      expect(await finder.find(scene.wanted(two), signal)).toEqual([])
    })

    it('are not to blame where nobody wants them to the end', async () => {
      const finder = await scene.finder()
      await scene.arrive(finder, one)
      const delta = await scene.delta(one, two)
      offer([delta])
      for (let life = 0; life < 4; life++) {
        const [way] = await finder.find(scene.wanted(two), signal)
        const stop = new AbortController()
        const maker = await way!.openMaker!(undefined, signal)
        const pieces = maker.make(two.diffIds[1]!, stop.signal)[Symbol.asyncIterator]()
        await pieces.next()
        if (life % 2 === 0) stop.abort()
        if (life % 2 === 0) await expect(pieces.next()).rejects.toThrow()
        else await pieces.return?.()
        await maker.close()
      }
      const [way] = await finder.find(scene.wanted(two), signal)
      expect((await made(way, two.diffIds[1]!)).equals(await readFile(two.tars[1]!))).toBe(true)
    })

    it('twice speak against the image that they are applied to', async () => {
      const finder = await scene.finder()
      await scene.arrive(finder, one)
      for (const attempt of [1, 2]) {
        offer([await scene.description(one, two, randomBytes(100 * attempt))])
        const [way] = await finder.find(scene.wanted(two), signal)
        await expect(takeAll(way)).rejects.toThrow()
      }
      const asked = scene.cloud.imageQuestions.length
      expect(await finder.find(scene.wanted(three), signal)).toEqual([])
      expect(scene.cloud.imageQuestions).toHaveLength(asked)
    })
  })

  it('are not made from an image whose skeletons a bad card has spoiled', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    const folder = join(scene.folder, 'skeletons')
    const [name = ''] = await readdir(folder)
    const bytes = await readFile(join(folder, name))
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20)
    await writeFile(join(folder, name), bytes)
    expect(await finder.find(scene.wanted(two), signal)).toEqual([])
    expect(scene.cloud.imageQuestions).toEqual([])
    // When the layer comes by again, it is kept again.
    for (const layer of one.layers) await finder.layerArrived(layer, signal)
    await finder.find(scene.wanted(two), signal)
    expect(scene.cloud.imageQuestions).toHaveLength(1)
  })

  it('keep nothing of a layer that is not what it should be', async () => {
    const finder = await scene.finder()
    const [first, second] = one.layers
    await truncate(scene.pathOf(first!.blob.digest), 100)
    await finder.layerArrived(first!, signal)
    await finder.layerArrived({ ...second!, diffId: two.diffIds[0]! }, signal)
    await finder.layerArrived({ ...second!, mediaType: 'application/unheard.of' }, signal)
    expect(scene.shelf.list()).toEqual([])
    expect(await readdir(join(scene.folder, 'skeletons'))).toEqual([])
  })

  it('leave nothing behind of images that are gone', async () => {
    const finder = await scene.finder()
    await scene.arrive(finder, one)
    await finder.layerArrived(two.layers[0]!, signal)
    await finder.tidy([one])
    // The one of a layer whose image is on its way stays.
    expect(scene.shelf.list()).toHaveLength(3)
    await finder.tidy([two])
    expect(scene.shelf.list()).toEqual([two.diffIds[0]])
    await finder.tidy([])
    expect(scene.shelf.list()).toEqual([])
  })
})
