import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { rebuilt, Workbench } from './testing/images.js'
import { extended, paxRecord, tarOf, type TarPart } from './testing/tars.js'

const NAMES = ['etc', 'app', 'lib', 'main.js', 'data.bin', '.wh.main.js', '.wh..wh..opq', '.wh.lib', 'ü']
const path = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))

/** Contents that have much in common with each other, as versions of files have. */
const content = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 9 }).map((seed) => Buffer.from(`line of text number ${seed}\n`.repeat(40))),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.integer({ min: 1, max: 5000 }).map((length) => Buffer.alloc(length, 'abc')),
    ),
    { maxLength: 4 },
  )
  .map((pieces) => Buffer.concat(pieces))

const mtime = fc.constantFrom(0, 1_700_000_000, 1_700_000_001, 1_800_000_000, 8 ** 11 - 1)
const file = fc.record({ path, content, mtime })
const plainEntry = fc.oneof(
  { weight: 6, arbitrary: file },
  { weight: 1, arbitrary: fc.record({ path: path.map((each) => `./${each}/`), type: fc.constant('5'), mtime }) },
  { weight: 1, arbitrary: fc.record({ path, type: fc.constantFrom('1', '2'), linkname: path, mtime }) },
  { weight: 1, arbitrary: fc.record({ path, type: fc.constantFrom('3', '4', '6'), mtime }) },
)
const oddEntry = fc.oneof(
  fc.tuple(file, fc.string({ minLength: 90, maxLength: 300 })).map(([part, name]) => ({
    ...part,
    before: extended('L', `${part.path}/${name.replaceAll('\0', 'x')}`),
  })),
  fc.tuple(file, path).map(([part, name]) => ({
    ...part,
    before: extended('x', paxRecord('mtime', '1.5') + paxRecord('path', `${name}/long`)),
  })),
  file.map((part) => ({ ...part, before: extended('x', paxRecord('size', String(part.content.length))) })),
  file.map((part) => ({ ...part, before: extended('x', 'no record at all') })),
  file.map((part) => ({ ...part, padding: 7 })),
  // Sparse, a volume header, and a kind that nobody knows.
  fc.record({ path, content, type: fc.constantFrom('S', 'V', '?') }),
  file.map((part) => ({ ...part, before: Buffer.alloc(512) })),
)
const parts: fc.Arbitrary<TarPart[]> = fc.array(
  fc.oneof({ weight: 9, arbitrary: plainEntry }, { weight: 1, arbitrary: oddEntry }),
  { maxLength: 12 },
)
const tar = fc.oneof(
  { weight: 8, arbitrary: parts.map((each) => tarOf(each)) },
  { weight: 1, arbitrary: fc.tuple(parts, fc.uint8Array()).map(([each, end]) => tarOf(each, Buffer.from(end))) },
  { weight: 1, arbitrary: fc.tuple(parts, fc.nat()).map(([each, cut]) => cutShort(tarOf(each), cut)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
)

describe('rebuilding layers of any images', () => {
  let bench: Workbench
  beforeAll(async () => {
    bench = await Workbench.open()
  })
  afterAll(() => bench.close())

  it('copies a content whose header is like none that there was', async () => {
    const file = { path: 'etc/same', content: randomBytes(5000) }
    const from = await bench.image([tarOf([file])])
    const to = await bench.image([tarOf([{ ...file, before: extended('x', paxRecord('mtime', '1.5')) }])])
    const delta = await bench.delta(from, to)
    const { tar, diffId } = to.layers[0]!
    expect((await rebuilt(delta, diffId, await bench.source(from))).equals(await readFile(tar))).toBe(true)
    expect((await stat(delta)).size).toBeLessThan(1000)
  })

  it('gives exactly their tars, whatever is in them', async () => {
    const layers = fc.array(tar, { minLength: 1, maxLength: 3 })
    const images = fc.tuple(layers, layers, fc.boolean()).map(([from, to, isOnTop]) => ({
      from,
      to: isOnTop ? [...from.slice(0, 1), ...to] : to,
    }))
    await fc.assert(
      fc.asyncProperty(images, async (tars) => {
        const [from, to] = [await bench.image(tars.from), await bench.image(tars.to)]
        const delta = await bench.delta(from, to, 0)
        const source = await bench.source(from)
        for (const layer of to.layers) {
          expect((await rebuilt(delta, layer.diffId, source)).equals(await readFile(layer.tar))).toBe(true)
        }
      }),
      // As many as there is time for: a busy machine tries fewer.
      { numRuns: 100, interruptAfterTimeLimit: 8000 },
    )
  }, 60_000)
})

function cutShort(bytes: Buffer, cut: number): Buffer {
  return bytes.subarray(0, cut % (bytes.length + 1))
}
