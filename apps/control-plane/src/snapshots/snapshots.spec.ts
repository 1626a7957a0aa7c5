import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { readdir, utimes } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import {
  type DeviceEventView,
  DEVICE_ROUTES,
  type FleetView,
  type Page,
  type ProblemDetails,
  SNAPSHOT_DIGEST_HEADER,
  SNAPSHOT_PIECE_BYTES,
  SNAPSHOT_RECEIVED_HEADER,
  snapshotPieceLabel,
  type SnapshotUpload,
  type SnapshotUploadResponse,
  type StoredUpload,
  type UploadedSnapshots,
} from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { SnapshotRetention } from './index.js'

describe('uploaded snapshots', () => {
  let api: TestApi
  let operator: TestUser
  let observer: TestUser
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi({ SNAPSHOTS_PER_VOLUME: '2', SNAPSHOT_BYTES_PER_DEVICE: '5000000' })
    operator = await api.signUp('operator')
    observer = await api.signUp('observer', operator.organization)
    fleet = await createFleet(api, await api.signUp('developer', operator.organization))
  })
  beforeEach(async () => {
    board = await joinFleet(api, await api.signUp('developer', operator.organization), fleet.id)
  })
  afterAll(() => api.close())

  const upload = (more: Partial<SnapshotUpload> = {}): SnapshotUpload => ({
    appId: fleet.id,
    volume: 'data',
    at: '2026-11-21T12:00:00.000Z',
    cause: 'manual',
    sizeBytes: 12_345,
    ...more,
  })
  const path = (id: string) => `${DEVICE_ROUTES.snapshots}/${id}` as const
  const begin = async (id: string, more: Partial<SnapshotUpload> = {}) =>
    (await succeed(await board.call(`POST ${path(id)}`, upload(more)))) as SnapshotUploadResponse
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

  /** Sends bytes of the whole from `first` on; with the last ones goes the digest. */
  function send(id: string, whole: Buffer, first = 0, last = whole.length - 1): Promise<Response> {
    const isEnd = last === whole.length - 1
    return board.call(`PUT ${path(id)}`, whole.subarray(first, last + 1), {
      'Content-Type': 'application/octet-stream',
      'Content-Range': `bytes ${first}-${last}/${isEnd ? whole.length : '*'}`,
      ...(isEnd && { [SNAPSHOT_DIGEST_HEADER]: sha256(whole) }),
    })
  }
  const store = async (id: string, whole = randomBytes(5000), more: Partial<SnapshotUpload> = {}) => {
    await begin(id, more)
    expect((await send(id, whole)).status).toBe(204)
    return whole
  }
  const received = async (id: string) => {
    const response = await board.call(`HEAD ${path(id)}`)
    return Number(response.headers.get(SNAPSHOT_RECEIVED_HEADER))
  }
  const list = async (user = observer, query = `GET /api/v1/devices/${board.deviceId}/snapshots` as const) =>
    ((await succeed(await api.call(user, query))) as UploadedSnapshots).items
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]
  const objects = () => readdir(join(api.config.DATA_DIR, 'objects')).catch(() => [] as string[])

  it('arrive in pieces, and are stored once all of it is there and is what was sent', async () => {
    const whole = randomBytes(9000)
    expect(await begin('one')).toMatchObject({ received: 0, complete: false })
    const first = await send('one', whole, 0, 3999)
    expect([first.status, first.headers.get(SNAPSHOT_RECEIVED_HEADER)]).toEqual([204, '4000'])
    expect(await list()).toMatchObject([{ id: 'one', status: 'uploading', receivedBytes: 4000, volume: 'data' }])
    expect(await received('one')).toBe(4000)
    expect((await send('one', whole, 4000)).status).toBe(204)
    expect(await list()).toMatchObject([{ id: 'one', status: 'stored', receivedBytes: 9000, sizeBytes: 12_345 }])
    // The last answer may have got lost.
    expect((await send('one', whole, 4000)).status).toBe(204)
    expect(await begin('one')).toMatchObject({ received: 9000, complete: true })
    const events = (await succeed(
      await api.call(observer, `GET /api/v1/devices/${board.deviceId}/events`),
    )) as Page<DeviceEventView>
    expect(events.items.filter(({ kind }) => kind === 'snapshot-uploaded')).toMatchObject([
      { actor: { kind: 'device' }, detail: { snapshotId: 'one', volume: 'data', bytes: 9000 } },
    ])
  })

  it('keep what had come when a connection broke in the middle of a piece', async () => {
    const whole = randomBytes(400_000)
    await begin('one')
    const socket = request(`${api.url}${path('one')}`, {
      method: 'PUT',
      headers: {
        Authorization: `Bearer ${board.accessToken()}`,
        'Content-Type': 'application/octet-stream',
        'Content-Range': `bytes 0-${whole.length - 1}/*`,
        'Content-Length': whole.length,
      },
    })
    socket.on('error', () => undefined)
    socket.write(whole.subarray(0, 150_000))
    await waitFor(async () => (await received('one')) === 150_000 || undefined, { what: 'the bytes that were sent' })
    socket.destroy()
    expect(await begin('one')).toMatchObject({ received: 150_000 })
    expect((await send('one', whole, 150_000)).status).toBe(204)
    expect(await list()).toMatchObject([{ status: 'stored', receivedBytes: 400_000 }])
  })

  it('are refused where bytes are missing, or are not those that were sent', async () => {
    const whole = randomBytes(5000)
    await begin('one')
    expect(await refusal(await send('one', whole, 100))).toEqual([409, 'snapshot-gap'])
    const headers = { 'Content-Type': 'application/octet-stream' }
    expect(await refusal(await board.call(`PUT ${path('one')}`, whole, headers))).toEqual([
      400,
      'content-range-invalid',
    ])
    const short = { ...headers, 'Content-Range': 'bytes 0-9/*' }
    expect(await refusal(await board.call(`PUT ${path('one')}`, whole, short))).toEqual([400, 'content-length-wrong'])
    const wrong = { ...headers, 'Content-Range': 'bytes 0-4999/5000', [SNAPSHOT_DIGEST_HEADER]: '0'.repeat(64) }
    const spoilt = await board.call(`PUT ${path('one')}`, whole, wrong)
    expect(await refusal(spoilt)).toEqual([422, 'snapshot-digest-mismatch'])
    // It begins anew, with another key.
    expect(await list()).toEqual([])
    expect(await begin('one')).toMatchObject({ received: 0 })
    expect(await refusal(await board.call(`POST ${path('..%2fetc')}`, upload()))).toEqual([400, 'invalid-input'])
  })

  it('are given back to their device alone, also from the middle on, with the key', async () => {
    const { key } = await begin('one')
    const whole = await store('one')
    const described = (await succeed(await board.call(`GET ${path('one')}/description`))) as StoredUpload
    expect(described).toEqual({ ...upload(), key, bytes: 5000, digest: sha256(whole) })
    const rest = await board.call(`GET ${path('one')}`, undefined, { Range: 'bytes=4000-' })
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 4000-4999/5000'])
    expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(4000))).toBe(true)
    const all = await board.call(`GET ${path('one')}`)
    expect([all.status, all.headers.get(SNAPSHOT_DIGEST_HEADER)]).toEqual([200, sha256(whole)])
    const other = await joinFleet(api, await api.signUp('developer', operator.organization), fleet.id)
    expect(await refusal(await other.call(`GET ${path('one')}`))).toEqual([404, 'snapshot-not-found'])
    await begin('two')
    expect(await refusal(await board.call(`GET ${path('two')}`))).toEqual([409, 'snapshot-unfinished'])
  })

  it('are opened for an operator, which is written down', async () => {
    const { key } = await begin('one')
    const archive = randomBytes(SNAPSHOT_PIECE_BYTES + 1000)
    const seal = (piece: Buffer, label: string) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), nonce).setAAD(Buffer.from(label))
      return Buffer.concat([nonce, cipher.update(piece), cipher.final(), cipher.getAuthTag()])
    }
    const first = seal(archive.subarray(0, SNAPSHOT_PIECE_BYTES), snapshotPieceLabel(0, false))
    const last = seal(archive.subarray(SNAPSHOT_PIECE_BYTES), snapshotPieceLabel(1, true))
    expect((await send('one', Buffer.concat([first, last]))).status).toBe(204)
    const url = `GET /api/v1/devices/${board.deviceId}/snapshots/one/archive` as const
    expect((await api.call(observer, url)).status).toBe(403)
    const response = await api.call(operator, url)
    expect(Buffer.from(await response.arrayBuffer()).equals(archive)).toBe(true)
    const trail = await api.database.query<{ action: string }[]>(
      `SELECT action FROM audit_entries WHERE resource_id = $1 AND action LIKE 'snapshot.%'`,
      [board.deviceId],
    )
    expect(trail).toEqual([{ action: 'snapshot.downloaded' }])
  })

  it('are kept in a small number for each volume, the newest ones', async () => {
    for (const day of [1, 2, 3]) await store(`s${day}`, undefined, { at: `2026-11-0${day}T00:00:00.000Z` })
    await store('other', undefined, { volume: 'cache', at: '2026-01-01T00:00:00.000Z' })
    expect((await list()).map(({ id }) => id)).toEqual(['s3', 's2', 'other'])
  })

  it('of one device take no more room than it has', async () => {
    await store('s1', randomBytes(3_000_000), { at: '2026-11-01T00:00:00.000Z' })
    await begin('cache', { volume: 'cache' })
    expect(await refusal(await send('cache', randomBytes(2_500_000)))).toEqual([413, 'snapshot-room-exceeded'])
    // One that makes an older one go has its room.
    await store('s2', randomBytes(1_000_000), { at: '2026-11-02T00:00:00.000Z' })
    await store('s3', randomBytes(3_500_000), { at: '2026-11-03T00:00:00.000Z' })
    expect((await list()).filter(({ status }) => status === 'stored').map(({ id }) => id)).toEqual(['s3', 's2'])
  })

  it('are removed by an operator, or with their device, and by upkeep where nobody speaks of them', async () => {
    await store('one')
    const before = (await objects()).length
    const url = `/api/v1/devices/${board.deviceId}/snapshots/one` as const
    expect((await api.call(observer, `DELETE ${url}`)).status).toBe(403)
    expect((await api.call(operator, `DELETE ${url}`)).status).toBe(204)
    expect(await list()).toEqual([])
    expect(await objects()).toHaveLength(before - 1)
    await store('two')
    const added = await objects()
    expect((await api.call(operator, `DELETE /api/v1/devices/${board.deviceId}`)).status).toBe(204)
    const retention = api.app.get(SnapshotRetention)
    await retention.run()
    expect(await objects()).toEqual(added)
    for (const name of added) await utimes(join(api.config.DATA_DIR, 'objects', name), new Date(0), new Date(0))
    await retention.run()
    const left = await api.database.query<{ object: string }[]>('SELECT object FROM uploaded_snapshots')
    const known = new Set(left.map(({ object }) => object))
    expect(added.filter((name) => !known.has(name))).toHaveLength(1)
    expect((await objects()).filter((name) => !known.has(name))).toEqual([])
  })

  it('that another copy of the same name replaces begin anew', async () => {
    const { key } = await begin('one')
    await store('one')
    const again = await begin('one', { at: '2026-11-22T12:00:00.000Z' })
    expect(again).toMatchObject({ received: 0, complete: false })
    expect(again.key).not.toBe(key)
  })
})
