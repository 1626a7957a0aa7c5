import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { BodyStream } from '../local-api/local-request.js'
import { CutDisk } from '../testing/cut-disk.js'
import { FakeClock } from '../testing/fake-clock.js'
import { LocalScene } from '../testing/local-scene.js'
import { MemoryDocument, silentLog } from '../testing/memory-store.js'
import { bundleText, RecordedIntake } from '../testing/recorded-intake.js'
import { app, fakeImage, service } from '../testing/targets.js'
import { boardView } from './board-view.js'
import type { StoredUpload } from './stored-uploads.js'
import { uploadRoutes } from './upload-routes.js'
import { UploadStore } from './upload-store.js'
import { Uploads, type UploadPiece } from './uploads.js'

const FILE = bundleText({ sizeBytes: 5_003 })
const PIECE_BYTES = 700

function piece(first: number, way: UploadPiece['way'] = 'lan'): UploadPiece {
  const last = Math.min(first + PIECE_BYTES, FILE.length) - 1
  const chunks = [FILE.subarray(first, first + 300), FILE.subarray(first + 300, last + 1)]
  const facts = { id: 'mine', file: 'a.flotilla', sizeBytes: FILE.length, isAll: false }
  return { ...facts, first, last, way, bytes: from(chunks) }
}

async function* from(chunks: Buffer[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks.filter(({ length }) => length > 0)) yield await Promise.resolve(chunk)
}

/** What uploads need of a world, on a disk that loses what was not synced. */
function openUploads(disk: CutDisk, document: MemoryDocument<StoredUpload[]>) {
  const intake = new RecordedIntake()
  const freeBytes = () => Promise.resolve(1e9)
  const store = new UploadStore(Object.assign(disk.open(), { freeBytes }), document)
  const uploads = new Uploads(store, intake, { clock: new FakeClock(), log: silentLog() })
  const end = new AbortController()
  const running = uploads.run(end.signal)
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const stop = async () => {
    end.abort()
    await running.catch(() => undefined)
  }
  return { intake, uploads, settled, stop }
}

describe('an upload, whenever the power goes', () => {
  it('goes on with what was kept, and ends as the file that was sent', async () => {
    let sent = 0
    for (let cutAt = 1; ; cutAt++) {
      const disk = new CutDisk(() => (cutAt * 0.37) % 1)
      const document = new MemoryDocument<StoredUpload[]>()
      disk.cutAt = cutAt
      const first = openUploads(disk, document)
      await first.settled()
      const isWhole = await send(first.uploads).then(
        () => true,
        () => false,
      )
      if (isWhole && disk.moments < cutAt) break
      disk.cut()
      await first.stop()
      const second = openUploads(disk, document)
      await second.settled()
      if (second.intake.offered.length === 0) sent += await send(second.uploads)
      const [name = ''] = second.intake.offered
      expect((await second.intake.read(name)).equals(FILE)).toBe(true)
      await second.stop()
    }
    expect(sent).toBeGreaterThan(0)
  })

  it('begins anew where the disk did not take the end of it', async () => {
    const faults = { left: 0 }
    const document = new MemoryDocument<StoredUpload[]>(undefined, 'uploads', (moment) => {
      if (moment.startsWith('before') && faults.left-- > 0) throw new Error('EIO: i/o error, write')
    })
    const { uploads, intake, settled, stop } = openUploads(new CutDisk(() => 0.5), document)
    await settled()
    for (let at = 0; at + PIECE_BYTES < FILE.length; at += PIECE_BYTES) await uploads.receive(piece(at))
    faults.left = 2
    await expect(uploads.receive(piece(7 * PIECE_BYTES))).rejects.toThrow('EIO')
    expect(uploads.latest()).toBeUndefined()
    faults.left = 0
    expect(await send(uploads)).toBe(FILE.length)
    expect(intake.offered).toHaveLength(1)
    await stop()
  })

  /** From where the board is; gives how many bytes that were. */
  async function send(uploads: Uploads): Promise<number> {
    const begin = uploads.latest()?.receivedBytes ?? 0
    let at = begin
    for (;;) {
      const { upload, accepted } = await uploads.receive(piece(at))
      at = upload.receivedBytes
      if (accepted) return at - begin
    }
  }
})

describe('the local API', () => {
  const labels = { 'io.flotilla.features.local-api': '1' }
  const weather = app(1, { web: service(fakeImage('web'), { labels, stopGracePeriodMs: 0 }) })
  const { intake, uploads, settled, stop } = openUploads(new CutDisk(() => 0.5), new MemoryDocument())
  let local: LocalScene
  beforeEach(async () => {
    local = new LocalScene({}, [], (core) =>
      uploadRoutes(
        () => uploads,
        () => boardView(core, intake, uploads),
        'local-api',
      ),
    )
    await local.start([weather])
    await settled()
  })
  afterEach(async () => {
    await stop()
    await local.stop()
  })

  it('takes a bundle from services that may change the board, and tells all of them what the board runs', async () => {
    const headers: Record<string, string> = {
      'content-type': 'application/octet-stream',
      'content-length': `${FILE.length}`,
    }
    const stream = (): BodyStream => ({ bytes: from([FILE]), header: (name) => headers[name] })
    expect(await local.own('GET /v1/bundle')).toMatchObject({
      status: 200,
      json: { device: { name: 'porch' }, running: [{ app: weather.name, release: { version: '1.0.0' } }], bundles: [] },
    })
    expect(await local.own('GET /v1/bundle', undefined, { token: undefined })).toMatchObject({ status: 401 })
    expect(await local.own('POST /v1/bundle', undefined, { stream: stream() })).toMatchObject({ status: 403 })
    const token = local.token({ scope: 'device' })
    expect(await local.own('POST /v1/bundle', {}, { token })).toMatchObject({ status: 415 })
    const taken = await local.own('POST /v1/bundle', undefined, { token, stream: stream() })
    expect(taken).toMatchObject({ status: 200, json: { accepted: { isNew: true } } })
    expect(intake.status()).toMatchObject([{ way: 'local-api', state: 'bringing' }])
  })
})
