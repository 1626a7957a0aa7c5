import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUNDLE_FORMAT, type Bundle, type BundleBlob } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { BundleParts } from './bundle-file.js'
import { bundleFor } from './begun-bundle.js'
import { readBundle } from './read-bundle.js'
import { type ReadBlob, writeBundle } from './write-bundle.js'

const UUID = 'a'.repeat(32)
const ID = '0b9d2c7e-4b1e-4a55-9a55-f5f1c1a0b001'
const SIGNATURE = 's'.repeat(86)

describe('writing a bundle', () => {
  const contents = [randomBytes(700), randomBytes(300_000), randomBytes(512), randomBytes(99)]
  const blobs = contents.map((content): BundleBlob => {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    return { digest, sizeBytes: content.length, kind: 'layer' }
  })
  let folder: string
  let file: string
  let asked: number
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-write-bundle-'))
    file = join(folder, 'x.flotilla')
    asked = 0
  })
  afterEach(() => rm(folder, { recursive: true }))

  const read: ReadBlob = async function* (blob, first) {
    const content = contents[blobs.indexOf(blob)]!.subarray(first)
    for (let at = 0; at < content.length; at += 65_536) {
      const piece = content.subarray(at, at + 65_536)
      asked += piece.length
      yield await Promise.resolve(piece)
    }
  }
  const partsOf = (createdAt = '2026-11-21T12:00:00.000Z', generation = 1): BundleParts => {
    const fleet = { id: ID, name: 'weather', organization: 'acme' }
    const bundle: Bundle = {
      ...{ format: BUNDLE_FORMAT, createdAt, fleet, release: { id: ID, version: '1-abc' } },
      ...{ targets: [{ hardwareUuid: UUID, deviceId: ID, name: 'roof' }], images: [], deltas: [], blobs },
    }
    const device = { id: ID, name: 'roof', hardwareUuid: UUID }
    const target = { protocol: 1, generation, device, fleet, apps: [] }
    const sign = (payload: object) => ({ payload: JSON.stringify(payload), keyId: 'k', signature: SIGNATURE })
    return { bundle: sign(bundle), targets: { [UUID]: sign(target) }, blobs }
  }
  const write = (parts: BundleParts, from = read) => writeBundle(file, parts, from, { onBytes: () => undefined })
  const all = contents.reduce((sum, { length }) => sum + length, 0)
  /** As an interruption leaves it, after so many bytes of the whole. */
  async function cutAt(whole: Buffer, bytes: number): Promise<void> {
    await rm(file, { force: true })
    await writeFile(`${file}.part`, whole.subarray(0, bytes))
    asked = 0
  }

  it('makes a file that is read as what it was made of', async () => {
    const sizeBytes = await write(partsOf())
    expect((await stat(file)).size).toBe(sizeBytes)
    const { bundle, targets } = await readBundle(file, () => undefined)
    expect(bundle.blobs).toEqual(blobs)
    expect(targets.map(({ device }) => device.name)).toEqual(['roof'])
    expect(asked).toBe(all)
  })

  it('goes on at the last byte that is there, wherever it was cut, and ends with the same file', async () => {
    await write(partsOf())
    const whole = await readFile(file)
    const starts = blobs.map((_blob, at) => whole.indexOf(contents[at]!))
    const cuts = [1, 511, 600, ...starts.flatMap((start) => [start - 1, start, start + 1, start + 400])]
    for (const cut of [...cuts, 200_000, whole.length - 1, whole.length].filter((at) => at <= whole.length)) {
      await cutAt(whole, cut)
      await write({
        ...partsOf('2026-11-21T13:00:00.000Z'),
        bundle: await bundleFor(file, partsOf('2026-11-21T13:00:00.000Z').bundle),
      })
      const had = starts.map((start, at) => Math.min(Math.max(0, cut - start), contents[at]!.length))
      const isBegun = cut >= starts[0]! - 512
      expect([cut, asked]).toEqual([cut, all - (isBegun ? had.reduce((sum, bytes) => sum + bytes) : 0)])
      if (isBegun) expect((await readFile(file)).equals(whole)).toBe(true)
    }
  })

  it('begins anew where what is to go in has changed', async () => {
    await write(partsOf())
    await cutAt(await readFile(file), 200_000)
    await write(partsOf(undefined, 2))
    expect(asked).toBe(all)
    expect((await readBundle(file, () => undefined)).targets[0]?.generation).toBe(2)
  })

  it('fetches a blob once more of which the beginning is damaged, and no other', async () => {
    await write(partsOf())
    const whole = await readFile(file)
    const at = whole.indexOf(contents[1]!)
    const damaged = Buffer.from(whole)
    damaged[at + 10] = 255 - damaged[at + 10]!
    await cutAt(damaged, at + 100_000)
    await write(partsOf())
    expect((await readFile(file)).equals(whole)).toBe(true)
    expect(asked).toBe(200_000 + all - contents[0]!.length)
  })

  it('gives the file no name where a blob is not what its name says, and keeps what was right', async () => {
    const wrong: ReadBlob = async function* (blob, first) {
      if (blob === blobs[1]) yield await Promise.resolve(randomBytes(blob.sizeBytes - first))
      else yield* read(blob, first)
    }
    await expect(write(partsOf(), wrong)).rejects.toMatchObject({ code: 'blob-damaged' })
    await expect(stat(file)).rejects.toThrow('ENOENT')
    asked = 0
    await write(partsOf())
    expect(asked).toBe(all - contents[0]!.length)
  })

  it.each([
    ['the middle of a blob', (bytes: Buffer) => bytes.fill(7, bytes.length - 4000, bytes.length - 3990)],
    ['the header of an entry', (bytes: Buffer) => bytes.fill(7, 10, 20)],
    ['what it says of itself', (bytes: Buffer) => bytes.fill(7, 600, 620)],
  ])('is noticed by whoever reads it where %s changed', async (_what, change) => {
    await write(partsOf())
    const bytes = await readFile(file)
    change(bytes)
    await writeFile(file, bytes)
    await expect(readBundle(file, () => undefined)).rejects.toMatchObject({ code: 'bundle-damaged' })
  })

  it('is noticed by whoever reads it where the end is missing', async () => {
    const sizeBytes = await write(partsOf())
    for (const bytes of [0, 100, 3000, 200_000, sizeBytes - 2000]) {
      await truncate(file, bytes)
      await expect(readBundle(file, () => undefined)).rejects.toMatchObject({ code: 'bundle-damaged' })
      await rm(file)
      await write(partsOf())
    }
  })
})
