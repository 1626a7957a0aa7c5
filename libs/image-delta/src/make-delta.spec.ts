import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { readDelta } from './read-delta.js'
import { rebuilt, Workbench } from './testing/images.js'
import { tarOf } from './testing/tars.js'

describe('a delta between two images', () => {
  let bench: Workbench
  beforeEach(async () => {
    bench = await Workbench.open()
  })
  afterEach(() => bench.close())

  it('rebuilds exactly the layers that the old image lacks', async () => {
    const base = tarOf([
      { path: 'etc/', type: '5' },
      { path: 'etc/motd', content: noise(3000, 1) },
    ])
    const app = noise(200_000, 2)
    const changed = Buffer.concat([app.subarray(0, 70_000), Buffer.from('some new words'), app.subarray(70_000)])
    const from = await bench.image([base, tarOf([{ path: 'app/code', content: app }])])
    const to = await bench.image([base, tarOf([{ path: 'app/code', content: changed, mtime: 1_700_000_777 }])])

    const delta = await bench.delta(from, to)

    const last = to.layers[1]!
    expect(await readDelta(delta)).toEqual({
      from: { diffIds: from.layers.map(({ diffId }) => diffId) },
      to: { diffIds: to.layers.map(({ diffId }) => diffId) },
      layers: [{ diffId: last.diffId, tarBytes: (await stat(last.tar)).size }],
    })
    expect((await rebuilt(delta, last.diffId, await bench.source(from))).equals(await readFile(last.tar))).toBe(true)
    expect((await stat(delta)).size).toBeLessThan(400)
  })
})

/** Bytes that no codec makes smaller. */
function noise(length: number, seed: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}
