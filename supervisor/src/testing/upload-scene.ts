/*
 * A board's door to its local network, on a real port and disk, with somebody behind it who takes bundles in.
 */
import { BUNDLE_ROUTE, BundleBoardSchema, type BundleBoard } from '@flotilla/contracts'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LanDoor } from '../bundles/lan-door.js'
import type { StoredUpload } from '../bundles/stored-uploads.js'
import { uploadRoutes } from '../bundles/upload-routes.js'
import { UploadStore } from '../bundles/upload-store.js'
import { Uploads } from '../bundles/uploads.js'
import { FolderBlobDisk } from '../edge/blobs/folder-blob-disk.js'
import { systemClock } from '../edge/host/clock.js'
import { listen } from '../edge/local-api/http-listener.js'
import type { LocalListener } from '../local-api/listeners.js'
import type { Clock } from '../ports.js'
import { TimeKeeper } from '../time/time-keeper.js'
import { FakeClock } from './fake-clock.js'
import { MemoryDocument, silentLog } from './memory-store.js'
import { RecordedIntake } from './recorded-intake.js'

// Tests ask for what they wait for as often as they like.
const unhurried: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 100 }

export interface Answered {
  status: number
  body: Record<string, unknown> & { code?: string; upload?: BundleBoard['upload'] }
}

export class UploadScene {
  readonly clock = new FakeClock()
  readonly log = silentLog()
  intake = new RecordedIntake()
  freeBytes = 1e9
  page = '<p>A page</p>'
  /** What the board says of itself, beside that. */
  says: Partial<BundleBoard> = {}
  private document = new MemoryDocument<StoredUpload[]>()
  private end = new AbortController()
  private running: Promise<unknown> = Promise.resolve()
  private listener?: LocalListener

  private constructor(private readonly folder: string) {}

  static async start(change: { page?: string } = {}): Promise<UploadScene> {
    const scene = Object.assign(new UploadScene(await mkdtemp(join(tmpdir(), 'fupload-'))), change)
    await scene.boot()
    return scene
  }

  /** Another supervisor on the same disk. `isKilled`: the one before could not do anything more. */
  async restart({ isKilled = false } = {}): Promise<void> {
    if (!isKilled) await this.halt()
    else {
      // What the killed one still writes is lost.
      this.document = new MemoryDocument(await this.document.read())
      await this.listener?.close()
    }
    this.intake = new RecordedIntake()
    await this.boot()
  }

  async stop(): Promise<void> {
    await this.halt()
    await rm(this.folder, { recursive: true })
  }

  get url(): string {
    return `http://127.0.0.1:${this.listener?.port}/`
  }

  /** Names of files. */
  files(): Promise<string[]> {
    return readdir(this.folder)
  }

  async board(): Promise<BundleBoard> {
    const { body } = await this.ask('GET', {})
    return BundleBoardSchema.parse(body)
  }

  /** Bytes `first` to `last` of a file; all of it without them. */
  async post(file: Buffer, [first, last]: [number, number?] = [0], headers = {}): Promise<Answered> {
    const bytes = file.subarray(first, (last ?? file.length - 1) + 1)
    return this.ask('POST', { ...pieceHeaders(file, first, bytes.length), ...headers }, bytes)
  }

  /** The head of a request and the beginning of its body; the rest is for the test to write. */
  begin(file: Buffer, first: number, bytes: Buffer): ClientRequest {
    const asking = this.request('POST', pieceHeaders(file, first, file.length - first))
    asking.on('error', () => undefined)
    asking.write(bytes)
    return asking
  }

  async ask(method: string, headers: Record<string, string | number>, body?: Buffer): Promise<Answered> {
    const asking = this.request(method, headers)
    asking.end(body)
    return answerTo(asking)
  }

  private request(method: string, all: Record<string, string | number>): ClientRequest {
    const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
    return request({ host: '127.0.0.1', port: this.listener?.port, path: BUNDLE_ROUTE, method, headers, agent: false })
  }

  private async boot(): Promise<void> {
    const { clock: board, log, intake } = this
    const clock = new TimeKeeper(board, 'boot', new MemoryDocument())
    const disk = await FolderBlobDisk.open(this.folder)
    const freeBytes = () => Promise.resolve(this.freeBytes)
    const uploads = new Uploads(new UploadStore(Object.assign(disk, { freeBytes }), this.document), intake, {
      clock,
      log,
    })
    const view = async () => ({
      device: { name: 'porch', hardwareUuid: '0'.repeat(32) },
      ...{ running: [], sentence: 'All is well.', bundles: intake.status() },
      mostBytes: await uploads.mostBytes(),
      upload: uploads.latest(),
      ...this.says,
    })
    const opened = new Promise<LocalListener>((resolve) => {
      const open: ConstructorParameters<typeof LanDoor>[1]['open'] = async (handle) => {
        const listener = await listen('127.0.0.1', 0, handle)
        resolve(listener)
        return listener
      }
      const door = new LanDoor(
        uploadRoutes(() => uploads, view, 'lan'),
        { open, page: this.page },
        { clock: unhurried, log },
      )
      this.end = new AbortController()
      this.running = Promise.all([uploads.run(this.end.signal), door.run(this.end.signal)])
    })
    this.listener = await opened
  }

  private async halt(): Promise<void> {
    this.end.abort()
    await this.running
  }
}

function pieceHeaders(file: Buffer, first: number, bytes: number): Record<string, string | number> {
  return {
    'content-type': 'application/octet-stream',
    'content-length': bytes,
    'content-range': `bytes ${first}-${first + bytes - 1}/${file.length}`,
    'flotilla-upload': 'mine',
    'flotilla-bundle-file': encodeURIComponent('für die Dächer.flotilla'),
  }
}

export async function answerTo(asking: ClientRequest): Promise<Answered> {
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk)
  return { status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) as Answered['body'] }
}
