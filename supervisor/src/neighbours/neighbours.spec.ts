import { afterEach, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderBlobDisk } from '../edge/blobs/folder-blob-disk.js'
import { systemClock } from '../edge/host/clock.js'
import { localNetwork } from '../edge/neighbours/local-network.js'
import { DiskBlobStore } from '../images/blobs/disk-blob-store.js'
import { freeMeter } from '../testing/free-meter.js'
import { Listeners } from '../listeners.js'
import type { Core } from '../part.js'
import { BlobOrigin, makeBlob } from '../testing/blob-origin.js'
import { eventually } from '../testing/eventually.js'
import { silentLog } from '../testing/memory-store.js'
import { Neighbours } from './neighbours.js'

const MB = 1024 * 1024
// Nothing of the tests is to be heard outside of this machine, on which one process does the work of ten boards.
const NETWORK = { networkInterface: '127.0.0.1', answerMs: 60_000 }
const fleetKey = () => randomBytes(32).toString('base64url')
const { signal } = new AbortController()

describe('devices on one network', () => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  /** A device as far as its blobs go, with its own way to the registry. */
  async function addDevice(key: string | undefined, registry: BlobOrigin) {
    const folder = await mkdtemp(join(tmpdir(), 'fneighbour-'))
    const target = { neighbours: key === undefined ? undefined : { key } }
    const targets = { target, changed: new Listeners() }
    const ended = new AbortController()
    const log = silentLog()
    const core = { registration: { deviceId: randomUUID() }, targets, clock: systemClock, log }
    const neighbours = new Neighbours(localNetwork(NETWORK))
    const disk = await FolderBlobDisk.open(folder)
    const sources = [neighbours, registry]
    const blobs = await DiskBlobStore.open({ disk, sources, meter: freeMeter, clock: systemClock, log })
    neighbours.serve(blobs)
    const [loop] = neighbours.part(core as unknown as Core).loops ?? []
    const running = loop?.(ended.signal)
    undo.push(async () => {
      ended.abort()
      await running
      await blobs.close()
      await rm(folder, { recursive: true })
    })
    return { blobs, targets, neighbours }
  }

  it('fetch each byte from far away about once, and copy it from each other', async () => {
    const key = fleetKey()
    const made = [makeBlob(MB), makeBlob(2 * MB), makeBlob(MB)]
    const registry = new BlobOrigin(made.map(({ content }) => content))
    const devices = await Promise.all(Array.from({ length: 10 }, () => addDevice(key, registry)))
    const given = { registry: 0, neighbour: 0, bundle: 0 }
    const onBytes = (_done: number, kind: keyof typeof given, added: number) => void (given[kind] += added)
    const fetchAll = ({ blobs }: (typeof devices)[number]) =>
      Promise.all(made.map(({ blob }) => blobs.fetch(blob, { signal, onBytes })))
    await Promise.all(devices.map(fetchAll))
    expect(devices.every(({ blobs }) => made.every(({ blob }) => blobs.isWhole(blob.digest)))).toBe(true)
    expect(registry.bytesGiven).toBeLessThanOrEqual(1.2 * 4 * MB)
    expect(given.registry).toBe(registry.bytesGiven)
    expect(given.neighbour).toBe(10 * 4 * MB - given.registry)
  })

  it('of another fleet, or without its key, neither find nor serve each other', async () => {
    const { blob, content } = makeBlob(MB)
    const registry = new BlobOrigin([content])
    const one = await addDevice(fleetKey(), registry)
    await one.blobs.fetch(blob, { signal })
    for (const key of [fleetKey(), undefined]) await (await addDevice(key, registry)).blobs.fetch(blob, { signal })
    expect(registry.bytesGiven).toBe(3 * MB)
  })

  it('stop sharing when the target says so', async () => {
    const key = fleetKey()
    const { blob, content } = makeBlob(MB)
    const registry = new BlobOrigin([content])
    const one = await addDevice(key, registry)
    await one.blobs.fetch(blob, { signal })
    const two = await addDevice(key, registry)
    await eventually(async () => expect(await two.neighbours.offer(blob, signal)).toBe('ready'))
    one.targets.target.neighbours = undefined
    one.targets.changed.notify()
    await eventually(async () => expect(await two.neighbours.offer(blob, signal)).toBe('none'))
    await two.blobs.fetch(blob, { signal })
    expect(registry.bytesGiven).toBe(2 * MB)
  })

  it('that give something else than they say are left alone', async () => {
    const key = fleetKey()
    const { blob, content } = makeBlob(MB)
    const registry = new BlobOrigin([content])
    const liar = await addDevice(key, registry)
    liar.blobs.isWhole = () => true
    liar.blobs.bytesOf = () => blob.sizeBytes
    liar.blobs.read = async function* (_digest, range) {
      await Promise.resolve()
      yield Buffer.alloc((range?.last ?? 0) - (range?.first ?? 0) + 1)
    }
    const one = await addDevice(key, registry)
    await eventually(async () => expect(await one.neighbours.offer(blob, signal)).toBe('ready'))
    await one.blobs.fetch(blob, { signal })
    expect(one.blobs.isWhole(blob.digest)).toBe(true)
    expect(registry.bytesGiven).toBe(MB)
  })
})
