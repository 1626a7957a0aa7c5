import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { noise, sha256 } from '../testing/image-registry.js'
import { ScratchRoom } from './delta-scratch.js'
import { unpackLayer } from './layer-tar.js'

const KB = 1024
const { signal } = new AbortController()

/** Never ends, as the answer of a registry that is not read on does not. */
function* endless(start: Buffer): Generator<Buffer> {
  yield start
  for (;;) yield noise(64 * KB, 'more')
}

describe('unpacking a layer', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-layer-tar-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const tar = noise(100 * KB, 'tar')
  const packed = gzipSync(tar)
  const layer = { diffId: sha256(tar), digest: sha256(packed), sizeBytes: packed.length }
  const unpack = (blob: Readable, room: ScratchRoom) =>
    unpackLayer(blob, layer, { file: join(folder, 'tar'), room }, signal)

  it('gives the bytes of its tar', async () => {
    expect(await unpack(Readable.from([packed]), new ScratchRoom(KB * KB, KB * KB))).toBe(tar.length)
  })

  it('lets go of a blob that is no good, or for which there is no room', async () => {
    const spoiled = Readable.from(endless(packed.subarray(0, 1_000)))
    await expect(unpack(spoiled, new ScratchRoom(KB * KB, KB * KB))).rejects.toThrow('cannot be unpacked')
    const large = Readable.from(endless(tar))
    await expect(unpack(large, new ScratchRoom(KB * KB, KB))).rejects.toThrow('too little room')
    expect([spoiled.destroyed, large.destroyed]).toEqual([true, true])
  })
})
