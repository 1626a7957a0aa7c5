import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeltaError } from './delta-error.js'
import type { DeltaSource } from './delta-source.js'
import type { ImageContent } from './make-delta.js'
import { readDelta } from './read-delta.js'
import { rebuildLayer } from './rebuild-layer.js'
import { memoryFile, rebuilt, Workbench } from './testing/images.js'
import { tarOf } from './testing/tars.js'

describe('rebuilding from what is not what it should be', () => {
  let bench: Workbench
  let from: ImageContent
  let to: ImageContent
  let source: DeltaSource
  let delta: Buffer
  let layer: ImageContent['layers'][number]
  let tarBytes: number

  beforeAll(async () => {
    bench = await Workbench.open()
    from = await bench.image([tarOf(version(1))])
    to = await bench.image([tarOf(version(2))])
    source = await bench.source(from)
    delta = await readFile(await bench.delta(from, to))
    layer = to.layers[0]!
    tarBytes = (await readFile(layer.tar)).length
  })
  afterAll(() => bench.close())

  it('never gives more bytes than the delta says, and throws only DeltaError, however the delta is garbled', async () => {
    const path = join(bench.folder, 'garbled')
    const until = Date.now() + 8000
    const random = numbers(17)
    let refused = 0
    for (let round = 0; round < 3000 && Date.now() < until; round += 1) {
      await writeFile(path, garble(delta, random))
      if ((await tryToRebuild(path, layer.diffId, source)) === 'refused') refused += 1
    }
    expect(refused).toBeGreaterThan(10)
  }, 60_000)

  it('throws DeltaError for a delta that is cut off anywhere', async () => {
    const path = join(bench.folder, 'cut')
    for (let length = 0; length < delta.length; length += Math.ceil(delta.length / 60)) {
      await writeFile(path, delta.subarray(0, length))
      await expect(readDelta(path)).rejects.toBeInstanceOf(DeltaError)
      await expect(rebuilt(path, layer.diffId, source)).rejects.toBeInstanceOf(DeltaError)
    }
  })

  it('throws DeltaError where a file of the old image is missing or has another length', async () => {
    const path = await bench.delta(from, to)
    const missing: DeltaSource = { ...source, openFile: () => Promise.reject(new Error('no such file')) }
    const shorter: DeltaSource = { ...source, openFile: () => Promise.resolve(memoryFile(Buffer.alloc(5))) }
    await expect(rebuilt(path, layer.diffId, missing)).rejects.toBeInstanceOf(DeltaError)
    await expect(rebuilt(path, layer.diffId, shorter)).rejects.toBeInstanceOf(DeltaError)
  })

  it('throws DeltaError for skeletons that are garbled or of another layer', async () => {
    const path = await bench.delta(from, to)
    const skeleton = await readFile(join(bench.folder, `${from.layers[0]!.diffId}.skeleton`))
    const random = numbers(23)
    for (let round = 0; round < 100; round += 1) {
      const garbled = garble(skeleton, random)
      const garbledSource: DeltaSource = { ...source, openSkeleton: () => Promise.resolve(memoryFile(garbled)) }
      await tryToRebuild(path, layer.diffId, garbledSource)
    }
    const none: DeltaSource = { ...source, openSkeleton: () => Promise.resolve(memoryFile(Buffer.alloc(0))) }
    await expect(rebuilt(path, layer.diffId, none)).rejects.toBeInstanceOf(DeltaError)
  }, 60_000)

  it('does not ask for a file outside of the image', async () => {
    const asked: string[] = []
    const sly = await bench.image([tarOf([{ path: '../../etc/shadow', content: noise(3000, 5) }])])
    const next = await bench.image([tarOf([{ path: '../../etc/shadow', content: noise(3000, 5), mtime: 5 }])])
    const path = await bench.delta(sly, next)
    const watched: DeltaSource = {
      ...(await bench.source(sly)),
      openFile: (each) => {
        asked.push(each)
        return Promise.reject(new Error('no such file'))
      },
    }
    const { tar, diffId } = next.layers[0]!
    expect((await rebuilt(path, diffId, watched)).equals(await readFile(tar))).toBe(true)
    expect(asked).toEqual([])
  })

  async function tryToRebuild(path: string, diffId: string, old: DeltaSource): Promise<'rebuilt' | 'refused'> {
    let bytes = 0
    try {
      for await (const chunk of rebuildLayer(path, diffId, old)) bytes += chunk.length
      return 'rebuilt'
    } catch (error) {
      expect(error).toBeInstanceOf(DeltaError)
      return 'refused'
    } finally {
      // Garbling may change the length itself.
      if ((await saidBytes(path)) === tarBytes) expect(bytes).toBeLessThanOrEqual(tarBytes)
    }
  }
})

async function saidBytes(path: string): Promise<number | undefined> {
  const summary = await readDelta(path).catch(() => undefined)
  return summary?.layers[0]?.tarBytes
}

/** Some bytes changed, put in or taken out. */
function garble(bytes: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(bytes)
  const at = Math.floor(random() * copy.length)
  const kind = random()
  if (kind < 0.2) return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + Math.floor(random() * 8))])
  if (kind < 0.3) return Buffer.concat([copy.subarray(0, at), Buffer.alloc(3, 255), copy.subarray(at)])
  for (let count = Math.ceil(random() * 4); count > 0; count -= 1) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256)
  }
  return copy
}

/** Numbers that are the same in each run. */
function numbers(seed: number): () => number {
  let count = 0
  return () =>
    createHash('sha256')
      .update(`${seed} ${(count += 1)}`)
      .digest()
      .readUInt32LE() /
    2 ** 32
}

/** Files of all kinds: unchanged, changed, new, moved, with other times. */
function version(number: number) {
  const code = Array.from({ length: 40 }, (_, at) => noise(200, at % 7 === number ? number * 100 + at : at))
  return [
    { path: 'etc/', type: '5', mtime: 1000 * number },
    { path: 'etc/same', content: noise(2000, 1000), mtime: 1000 * number },
    { path: 'app/code', content: Buffer.concat(code), mtime: 1000 * number },
    { path: `lib/v${number}/moved`, content: noise(700, 2000) },
    { path: `lib/v${number}/new`, content: noise(900, number), mtime: 7 },
  ]
}

/** Bytes that no codec makes smaller. */
function noise(length: number, seed: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}
