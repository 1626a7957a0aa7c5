import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FleetView, ImageDeltaView, ImageDeltas, RegistryTokenResponse } from '@flotilla/contracts'
import { PROJECT_FOLDER, startProcess, waitFor } from '@flotilla/dev'
import type { INestApplicationContext } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Changes } from '../../live/changes.js'
import { type BusMessage, LiveBus } from '../../live/live-bus.js'
import { FleetsService } from '../../fleets/index.js'
import type { TestUser } from '../../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../../testing/test-board.js'
import { insertRelease } from '../../testing/test-releases.js'
import { WorkerModule } from '../../worker.module.js'
import { DeltaRetention, DeltaUpkeep } from '../index.js'
import { applyDelta } from '../testing/apply-delta.js'
import { askSources, reportRunning } from '../testing/delta-bench.js'
import { ImageRegistry, noise, sha256, type TestImage, type TestLayer } from '../testing/image-registry.js'

const KB = 1024
const [BASE, APP] = [noise(300 * KB, 'base'), noise(400 * KB, 'app')]
const CHANGED = Buffer.concat([APP.subarray(0, 100 * KB), Buffer.from('some new lines'), APP.subarray(100 * KB)])

/** Against a real registry, with the process that makes deltas as it is built. */
describe('making a delta', () => {
  let registry: ImageRegistry
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  let worker: INestApplicationContext | undefined
  beforeAll(async () => {
    registry = await ImageRegistry.start()
    user = await registry.api.signUp('developer')
    await startWorker()
  })
  beforeEach(async () => {
    fleet = await createFleet(registry.api, user)
    board = await joinFleet(registry.api, user, fleet.id)
  })
  afterEach(() => {
    registry.interfere = () => 'pass'
    registry.release()
  })
  afterAll(async () => {
    await worker?.close()
    await registry.stop()
  })

  const startWorker = async () => {
    const options = { logger: false as const, abortOnError: false }
    worker = await NestFactory.createApplicationContext(WorkerModule.forRoot(registry.api.config), options)
  }
  /** A final release with such an image, of which nobody wrote down the layers. */
  async function release(layers: TestLayer[]): Promise<{ id: string; image: TestImage }> {
    const { database } = registry.api
    const [id, image] = [await insertRelease(database, { fleetId: fleet.id }), await registry.push(fleet.id, layers)]
    const sizeBytes = image.layers.reduce((sum, { blob }) => sum + blob.length, 0)
    const values = [id, image.digest, sizeBytes]
    await database.query('UPDATE release_images SET digest = $2, size_bytes = $3 WHERE release_id = $1', values)
    return { id, image }
  }
  const order = async (to: string, from: string[]) =>
    succeed(await registry.api.call(user, `POST /api/v1/releases/${to}/deltas`, { from }))
  const only = async (to: string): Promise<ImageDeltaView | undefined> => {
    const read = await registry.api.call(user, `GET /api/v1/releases/${to}/deltas`)
    return ((await succeed(read)) as ImageDeltas).items[0]
  }
  const settled = (to: string): Promise<ImageDeltaView> =>
    waitFor(
      async () => {
        const delta = await only(to)
        return delta?.state === 'waiting' || delta?.state === 'making' ? undefined : delta
      },
      { what: 'the delta is made, or not' },
    )
  const reach = (to: string, state: ImageDeltaView['state']) =>
    waitFor(async () => (await only(to))?.state === state, { what: `the delta is ${state}`, everyMs: 20 })
  const blobOf = async (digest: string) => {
    const { token } = (await succeed(await board.call('POST /device/v1/registry-token'))) as RegistryTokenResponse
    const headers = { Authorization: `Bearer ${token}`, Range: 'bytes=0-' }
    const response = await fetch(`${registry.url}/v2/fleets/${fleet.id}/blobs/${digest}`, { headers })
    expect(response.status).toBe(206)
    return Buffer.from(await response.arrayBuffer())
  }
  // Deltas that were planned for the fleets of other tests are in the making at the same time, and have equal layers.
  const isOurs = (path: string, digest = '') => path.includes(`/${fleet.id}/blobs/${digest}`)
  const scratch = () => readdir(join(registry.api.config.DATA_DIR, 'deltas')).catch(() => [])
  const nothingStays = () => waitFor(async () => (await scratch()).length === 0, { what: 'nothing of it stays' })
  const twoReleases = async () =>
    [
      await release([{ files: { base: BASE } }, { files: { 'app/code': APP } }]),
      await release([{ files: { base: BASE } }, { files: { 'app/code': CHANGED } }]),
    ] as const

  it('begins when a release becomes final, and gives devices what rebuilds exactly the layers that they lack', async () => {
    const [old, to] = await twoReleases()
    await reportRunning(board, fleet.id, old.id)
    const fact = { fleetId: fleet.id, releaseId: to.id, actor: { kind: 'system', id: '', label: '' } as const }
    const fleets = registry.api.app.get(FleetsService, { strict: false })
    await registry.api.app.get(Changes, { strict: false }).run(async (transaction, announce) => {
      announce(...(await fleets.releaseFinalized(transaction, fact)))
    })
    const made = await settled(to.id)
    expect(made).toMatchObject({ state: 'ready', requestedBy: 'build', attempts: 1 })
    expect(made.sizeBytes).toBeLessThan(1000)
    expect(made.plainBytes).toBe(to.image.layers[1]?.blob.length)
    const { paths } = await askSources(board, to.image.digest, [old.image.digest])
    const [link] = paths[0]?.deltas ?? []
    expect(link).toMatchObject({ from: old.image.digest, to: to.image.digest, sizeBytes: made.sizeBytes })
    const blob = await blobOf(link?.digest ?? '')
    expect(sha256(blob)).toBe(link?.digest)
    const { diffId = '', tar } = to.image.layers[1] ?? {}
    expect((await applyDelta(blob, diffId, old.image)).equals(tar ?? BASE)).toBe(true)
    await nothingStays()
    const [{ layers } = { layers: [] }] = await registry.api.database.query<{ layers: { tarBytes: number }[] }[]>(
      'SELECT layers FROM release_images WHERE release_id = $1',
      [to.id],
    )
    expect(layers.map(({ tarBytes }) => tarBytes)).toEqual(to.image.layers.map(({ tar }) => tar.length))
  })

  it('takes layers in every packing that there is', async () => {
    const zstd = (plain: Buffer) => spawnSync('zstd', ['-q', '-c'], { input: plain, maxBuffer: 10 * KB * KB }).stdout
    const old = await release([
      { files: { base: BASE }, pack: zstd },
      { files: { app: APP }, pack: (plain) => plain },
    ])
    const to = await release([{ files: { base: BASE } }, { files: { app: CHANGED }, pack: zstd }])
    const told: BusMessage[] = []
    const unsubscribe = registry.api.app.get(LiveBus, { strict: false }).subscribe((message) => told.push(message))
    await order(to.id, [old.id])
    expect(await settled(to.id)).toMatchObject({ state: 'ready', requestedBy: 'person' })
    await waitFor(() => told.some((message) => message.topic === 'change' && message.id === to.id), {
      what: 'whoever looks at the release is told',
    })
    unsubscribe()
  })

  it('leaves the layers to go where a delta would save next to nothing', async () => {
    const [old, other] = [
      await release([{ files: { app: APP } }]),
      await release([{ files: { app: noise(400 * KB, 'x') } }]),
    ]
    const small = await release([{ files: { app: APP } }, { files: { note: Buffer.from('small') } }])
    await order(other.id, [old.id])
    await order(small.id, [old.id])
    expect(await settled(other.id)).toMatchObject({ state: 'not-worth-it', sizeBytes: expect.any(Number) })
    expect(await settled(small.id)).toMatchObject({
      state: 'not-worth-it',
      reason: 'The layers that differ are small.',
    })
    expect(await askSources(board, other.image.digest, [old.image.digest])).toEqual({ paths: [] })
  })

  it.each([
    ['is not what its digest says', (layer: TestImage['layers'][number]) => Buffer.concat([layer.blob, layer.blob])],
    ['cannot be unpacked', ({ blob }: TestImage['layers'][number]) => Buffer.concat([blob.subarray(0, 5000), BASE])],
  ])('fails with the reason where a layer %s, until somebody asks again', async (reason, forge) => {
    const [old, to] = await twoReleases()
    const layer = to.image.layers[1]!
    registry.interfere = (path) => (isOurs(path, layer.digest) ? { instead: forge(layer) } : 'pass')
    await order(to.id, [old.id])
    expect(await settled(to.id)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(reason),
      attempts: 1,
    })
    await nothingStays()
    registry.interfere = () => 'pass'
    await order(to.id, [old.id])
    await reach(to.id, 'ready')
  })

  it('fails with the reason where the registry no longer has an image', async () => {
    const [old, to] = await twoReleases()
    const gone = sha256(Buffer.from('gone'))
    await registry.api.database.query('UPDATE release_images SET digest = $2 WHERE release_id = $1', [old.id, gone])
    await order(to.id, [old.id])
    const reason = `The registry does not have manifests/${gone}.`
    expect(await settled(to.id)).toMatchObject({ state: 'failed', reason })
    // After a day it may be asked for anew.
    await worker!.get(DeltaRetention, { strict: false }).run(new Date(Date.now() + 25 * 3_600_000))
    expect(await only(to.id)).toBeUndefined()
  })

  it('is tried again by itself where the registry was away', async () => {
    const [old, to] = await twoReleases()
    registry.interfere = (path) => (isOurs(path) ? 'away' : 'pass')
    await order(to.id, [old.id])
    const waiting = await waitFor(
      async () => {
        const delta = await only(to.id)
        return delta?.state === 'waiting' && delta.reason !== undefined ? delta : undefined
      },
      { what: 'it says what it waits for' },
    )
    registry.interfere = () => 'pass'
    expect(waiting.reason).toMatch(/503.*tried again/)
    expect(await settled(to.id)).toMatchObject({ state: 'ready', attempts: waiting.attempts + 1 })
  })

  it('is removed from the registry too, once no device needs it', async () => {
    const [old, to] = await twoReleases()
    await order(to.id, [old.id])
    await settled(to.id)
    const retention = worker!.get(DeltaRetention, { strict: false })
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
    const { paths } = await askSources(board, to.image.digest, [old.image.digest])
    const { digest } = paths[0]!.deltas[0]!
    const status = async (what: string) => {
      const { token } = (await succeed(await board.call('POST /device/v1/registry-token'))) as RegistryTokenResponse
      const headers = { Authorization: `Bearer ${token}`, Accept: 'application/vnd.oci.image.manifest.v1+json' }
      return (await fetch(`${registry.url}/v2/fleets/${fleet.id}/${what}`, { method: 'HEAD', headers })).status
    }
    const tag = `manifests/delta-${[old, to].map(({ image }) => image.digest.slice(7, 19)).join('-')}`
    await retention.run(inDays(5))
    expect([await status(tag), await status(`blobs/${digest}`)]).toEqual([200, 200])
    // What no device needs is kept for a week where somebody asked for it, and what one needs for longer.
    await reportRunning(board, fleet.id, old.id)
    await retention.run(inDays(8))
    expect(await only(to.id)).toMatchObject({ state: 'ready' })
    // Else a plan that comes late would have it made again.
    await registry.api.database.query('DELETE FROM device_reports WHERE device_id = $1', [board.deviceId])
    await retention.run(inDays(31))
    expect(await only(to.id)).toBeUndefined()
    expect([await status(tag), await status(`blobs/${digest}`)]).toEqual([404, 404])
  })

  it('that no device could use is removed within days', async () => {
    const [old, to] = await twoReleases()
    await release([{ files: { app: APP } }])
    await order(to.id, [old.id])
    await settled(to.id)
    const retention = worker!.get(DeltaRetention, { strict: false })
    await retention.run(new Date(Date.now() + 8 * 86_400_000))
    expect(await only(to.id)).toBeUndefined()
  })

  it('is given back by a worker that is stopped, and made by the next', async () => {
    const [old, to] = await twoReleases()
    registry.interfere = (path) => (isOurs(path) ? 'hold' : 'pass')
    await order(to.id, [old.id])
    await reach(to.id, 'making')
    await worker?.close()
    expect(await only(to.id)).toMatchObject({ state: 'waiting', attempts: 1 })
    registry.interfere = () => 'pass'
    await startWorker()
    expect(await settled(to.id)).toMatchObject({ state: 'ready', attempts: 2 })
  })

  it('is taken up again when its worker is killed, and nothing of the first attempt stays', async () => {
    await worker?.close()
    const [old, to] = await twoReleases()
    let isHeld = false
    registry.interfere = (path) => (isOurs(path, to.image.layers[1]!.digest) ? ((isHeld = true), 'hold') : 'pass')
    await order(to.id, [old.id])
    const killed = await startProcess({
      name: 'worker',
      command: process.execPath,
      args: [join(PROJECT_FOLDER, 'apps/control-plane/dist/main.worker.js')],
      env: { PATH: process.env.PATH, ...environmentOf(registry.api.config) },
    })
    await waitFor(() => isHeld, { what: 'the worker is in the midst of it' })
    killed.kill('SIGKILL')
    await killed.exited
    expect(await scratch()).toHaveLength(1)
    registry.interfere = () => 'pass'
    // Its lease has run out by then.
    await registry.api.app.get(DeltaUpkeep, { strict: false }).run(new Date(Date.now() + 120_000))
    expect(await only(to.id)).toMatchObject({ state: 'waiting', reason: expect.stringContaining('went silent') })
    await mkdir(join(registry.api.config.DATA_DIR, 'deltas', 'rest-of-another'))
    await startWorker()
    expect(await settled(to.id)).toMatchObject({ state: 'ready', attempts: 2 })
    await nothingStays()
  })
})

function environmentOf(config: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}
