import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID, verify } from 'node:crypto'
import {
  type Bundle,
  BundleSchema,
  bundleStatement,
  type CreatedBundle,
  type FleetView,
  type ProblemDetails,
  type SignedBundle,
  TargetSchema,
} from '@flotilla/contracts'
import { insertDelta, reportRunning } from '../deltas/testing/delta-bench.js'
import { ImageRegistry, noise, sha256, type TestImage, type TestLayer } from '../deltas/testing/image-registry.js'
import { SigningKeys } from '../signing-keys/index.js'
import type { TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { insertRelease } from '../testing/test-releases.js'

const KB = 1024
const layer = (name: string, kilobytes = 300): TestLayer => ({ files: { [name]: noise(kilobytes * KB, name) } })

interface Pushed {
  id: string
  version: string
  image: TestImage
}

/** Against a real registry. */
describe('bundles', () => {
  let registry: ImageRegistry
  let user: TestUser
  let operator: TestUser
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    registry = await ImageRegistry.start()
    user = await registry.api.signUp('developer')
    operator = await registry.api.signUp('operator', user.organization)
  })
  beforeEach(async () => {
    fleet = await createFleet(registry.api, user)
    board = await joinFleet(registry.api, user, fleet.id, { name: 'roof' })
  })
  afterEach(() => {
    registry.interfere = () => 'pass'
  })
  afterAll(() => registry.stop())

  async function push(...layers: TestLayer[]): Promise<Pushed> {
    const { database } = registry.api
    const [id, image] = [await insertRelease(database, { fleetId: fleet.id }), await registry.push(fleet.id, layers)]
    const recorded = image.layers.map(({ diffId, digest, blob }) => ({ diffId, digest, sizeBytes: blob.length }))
    const sizeBytes = recorded.reduce((sum, each) => sum + each.sizeBytes, 0)
    await database.query('UPDATE release_images SET digest = $2, size_bytes = $3, layers = $4 WHERE release_id = $1', [
      id,
      image.digest,
      sizeBytes,
      JSON.stringify(recorded),
    ])
    const [row] = await database.query<{ version: string }[]>('SELECT version FROM releases WHERE id = $1', [id])
    return { id, version: row!.version, image }
  }
  const deploy = async ({ id }: Pushed) =>
    succeed(await registry.api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { pinnedReleaseId: id }))
  const order = (body: object = {}, as = operator) =>
    registry.api.call(as, `POST /api/v1/fleets/${fleet.id}/bundles`, body)
  const create = async (body?: object) => (await succeed(await order(body))) as CreatedBundle
  const refusal = async (response: Response) => {
    const { status, code, detail } = (await response.json()) as ProblemDetails
    return { status, code, detail }
  }
  const blob = (digest: string, as = operator, headers = {}, of = fleet.id) =>
    registry.api.call(as, `GET /api/v1/fleets/${of}/blobs/${digest}`, undefined, headers)
  const open = async (signed: SignedBundle): Promise<Bundle> => {
    const keys = await registry.api.app.get(SigningKeys).targetPublicKeys()
    const { publicKey: x } = keys.find(({ id }) => id === signed.keyId)!
    const key = { key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' } as const
    const statement = Buffer.from(bundleStatement(signed.payload))
    expect(verify(null, statement, key, Buffer.from(signed.signature, 'base64url'))).toBe(true)
    return BundleSchema.parse(JSON.parse(signed.payload))
  }
  const layersOf = ({ blobs }: Bundle) => blobs.flatMap(({ kind, digest }) => (kind === 'layer' ? [digest] : []))

  it('hold what each board should run, as the cloud says it, and every blob of its images', async () => {
    const other = await joinFleet(registry.api, user, fleet.id, { name: 'cellar' })
    const release = await push(layer('base'), layer('app'))
    await deploy(release)
    const made = await create()
    const bundle = await open(made.bundle)
    expect(bundle).toMatchObject({
      format: 1,
      fleet: { id: fleet.id, name: fleet.name, organization: user.organization },
      release: { id: release.id, version: release.version },
      targets: [
        { hardwareUuid: other.uuid, deviceId: other.deviceId, name: 'cellar' },
        { hardwareUuid: board.uuid, deviceId: board.deviceId, name: 'roof' },
      ],
      images: [{ digest: release.image.digest, platform: 'linux/amd64' }],
      deltas: [],
    })
    const target = TargetSchema.parse(JSON.parse(made.targets[board.uuid]!.payload))
    expect(target).toEqual(await board.target())
    expect(bundle.images[0]?.repository).toBe(target.apps[0]?.services.main?.image.repository)
    expect(bundle.blobs.map(({ kind }) => kind)).toEqual(['manifest', 'config', 'layer', 'layer'])
    expect(layersOf(bundle)).toEqual(release.image.layers.map(({ digest }) => digest))
    let bytes = 0
    for (const { digest, sizeBytes } of bundle.blobs) {
      const content = Buffer.from(await (await blob(digest)).arrayBuffer())
      expect([sha256(content), content.length]).toEqual([digest, sizeBytes])
      bytes += content.length
    }
    expect(made).toMatchObject({ blobBytes: bytes, leftOut: [], doubtful: [], withoutDelta: [] })
  })

  it('give their blobs in parts to whoever goes on where a download ended', async () => {
    const { image } = await push(layer('app'))
    const { digest, blob: whole } = image.layers[0]!
    const part = await blob(digest, operator, { Range: 'bytes=1000-' })
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 1000-${whole.length - 1}/${whole.length}`,
    ])
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(1000))).toBe(true)
    const beyond = await blob(digest, operator, { Range: `bytes=${whole.length}-` })
    expect(await refusal(beyond)).toMatchObject({ status: 416, code: 'range-not-satisfiable' })
  })

  it('let nobody take the beginning of a blob for all of it', async () => {
    const { digest } = (await push(layer('app'))).image.layers[0]!
    registry.interfere = () => 'cut'
    const answer = await blob(digest)
    expect(answer.status).toBe(200)
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })

  it('leave out devices that are to run something else, and say so', async () => {
    const [old, release] = [await push(layer('old')), await push(layer('new'))]
    await deploy(release)
    const pinned = await joinFleet(registry.api, user, fleet.id, { name: 'pinned' })
    const arm = await joinFleet(registry.api, user, fleet.id, { name: 'arm', platform: 'linux/arm64' })
    await succeed(
      await registry.api.call(user, `PATCH /api/v1/devices/${pinned.deviceId}`, { pinnedReleaseId: old.id }),
    )
    const { targets, leftOut } = await create()
    expect(Object.keys(targets)).toEqual([board.uuid])
    expect(leftOut).toEqual([
      { deviceId: arm.deviceId, name: 'arm', reason: 'There is no release that it could run.' },
      { deviceId: pinned.deviceId, name: 'pinned', reason: `It is to run ${old.version}.` },
    ])
    const named = await create({ releaseId: old.id, devices: [pinned.deviceId] })
    expect((await open(named.bundle)).release.version).toBe(old.version)
    expect(named.leftOut).toEqual([])
    const none = await refusal(await order({ releaseId: old.id, devices: [board.deviceId] }))
    expect(none).toMatchObject({ status: 409, code: 'nothing-to-bundle' })
    expect(none.detail).toContain(`deploy it to the fleet, or pin devices to it, first. (roof: It is to run`)
  })

  it('of deltas have no layer that a delta makes needless, once the deltas are made', async () => {
    const old = await push(layer('base'), layer('app'))
    const release = await push(layer('base'), layer('app changed'), layer('more'))
    await reportRunning(board, fleet.id, old.id)
    await deploy(release)
    const wish = { deltaFrom: [old.id] }
    const waiting = await order(wish)
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refusal(waiting)).toMatchObject({ status: 409, code: 'deltas-being-made' })
    const delta = (set: string, ...values: unknown[]) =>
      registry.api.database.query(`UPDATE image_deltas SET ${set} WHERE fleet_id = $1`, [fleet.id, ...values])
    const digest = sha256(Buffer.from('delta'))
    await delta("state = 'ready', blob_digest = $2, size_bytes = 5, ended_at = now()", digest)
    const bundle = await open((await create(wish)).bundle)
    expect(bundle.deltas).toEqual([{ from: old.image.digest, to: release.image.digest, digest, sizeBytes: 5 }])
    expect(bundle.images).toEqual([])
    expect(bundle.blobs.map(({ kind }) => kind)).toEqual(['manifest', 'config', 'delta'])

    await delta("state = 'not-worth-it', blob_digest = NULL, size_bytes = NULL, reason = 'Too large.'")
    const { bundle: signed, withoutDelta } = await create(wish)
    const lacking = release.image.layers.slice(1).map((each) => each.digest)
    expect(layersOf(await open(signed))).toEqual(lacking)
    expect(withoutDelta).toEqual([
      { service: 'main', platform: 'linux/amd64', fromVersions: [old.version], reason: 'Too large.' },
    ])
  })

  it('of deltas are for every release that was named, and tell of boards that run another', async () => {
    const [older, old] = [await push(layer('a')), await push(layer('b'))]
    const release = await push(layer('c'), layer('d'))
    await deploy(release)
    const silent = await joinFleet(registry.api, user, fleet.id, { name: 'silent' })
    await reportRunning(board, fleet.id, older.id)
    const pair = (from: Pushed) => ({ fleetId: fleet.id, from: from.image.digest, to: release.image.digest })
    await insertDelta(registry.api, pair(old))
    await insertDelta(registry.api, { ...pair(older), state: 'failed' })
    const { bundle, doubtful } = await create({ deltaFrom: [old.id] })
    expect((await open(bundle)).blobs.map(({ kind }) => kind)).toEqual(['manifest', 'config', 'delta'])
    expect(doubtful).toEqual([
      { deviceId: board.deviceId, name: 'roof', reason: `It last ran ${older.version}.` },
      { deviceId: silent.deviceId, name: 'silent', reason: 'It is not known what it runs.' },
    ])
    const both = await create({ deltaFrom: [old.id, older.id] })
    expect((await open(both.bundle)).images).toMatchObject([{ digest: release.image.digest }])
    expect(both.withoutDelta).toMatchObject([{ fromVersions: [older.version], reason: 'It failed.' }])
    expect(await refusal(await order({ deltaFrom: [release.id] }))).toMatchObject({ code: 'delta-from-itself' })
  })

  it('are made by operators and written down; their blobs are for those who may see the fleet', async () => {
    const release = await push(layer('app'))
    await deploy(release)
    const [stranger, observer] = [await registry.api.signUp(), await registry.api.signUp('observer', user.organization)]
    expect((await order({}, stranger)).status).toBe(404)
    expect((await order({}, observer)).status).toBe(403)
    await create()
    const audit = await registry.api.database.query<{ action: string; after: unknown }[]>(
      "SELECT action, after FROM audit_entries WHERE resource_id = $1 AND action LIKE '%bundle%'",
      [fleet.id],
    )
    expect(audit).toEqual([
      { action: 'fleet.bundle-created', after: { release: release.version, boards: [board.uuid] } },
    ])
    const { digest } = release.image.layers[0]!
    expect((await blob(digest, observer)).status).toBe(200)
    expect((await blob(digest, stranger)).status).toBe(404)
    const theirs = await createFleet(registry.api, stranger)
    expect((await blob(digest, stranger, {}, theirs.id)).status).toBe(404)
    expect((await blob(release.image.digest, stranger, {}, theirs.id)).status).toBe(404)
  })

  it('are refused with what to do where there is nothing to put in', async () => {
    expect(await refusal(await order())).toMatchObject({ status: 409, code: 'nothing-to-run' })
    const release = await push(layer('app'))
    await deploy(release)
    expect(await refusal(await order({ devices: [randomUUID()] }))).toMatchObject({ code: 'device-unknown' })
    expect((await order({ releaseId: randomUUID() })).status).toBe(404)
    registry.interfere = () => 'away'
    expect(await refusal(await order())).toMatchObject({ status: 503, code: 'registry-away' })
    expect((await blob(release.image.layers[0]!.digest)).status).toBe(503)
    registry.interfere = () => 'pass'
    const id = await insertRelease(registry.api.database, { fleetId: fleet.id })
    await succeed(await registry.api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { pinnedReleaseId: id }))
    const gone = await refusal(await order())
    expect(gone).toMatchObject({ status: 409, code: 'image-missing', detail: expect.stringContaining('does not have') })
  })
})
