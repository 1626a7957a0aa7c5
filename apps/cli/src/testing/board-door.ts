import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BUNDLE_ROUTE, BUNDLE_UPLOAD_HEADERS, type BundleBoard } from '@flotilla/contracts'

/** A board's door for bundles as the contract has it: it takes pieces in order, and may be made to break connections. */
export class DoorBoard {
  received = Buffer.alloc(0)
  // Bytes that came, those of broken pieces too.
  sentBytes = 0
  authorization: string | undefined
  // So many requests from now on find no board.
  breaks = 0
  // The answer to the last piece is lost.
  losesLastAnswer = false
  // What it says of the bundle once it has it, one after the other; the last for good.
  story: Partial<BundleBoard['bundles'][number]>[] = [{ state: 'done', isRunning: true }]
  refusal: { code: string; detail: string } | undefined
  private upload: BundleBoard['upload']
  private readonly server: Server

  constructor(private readonly hardwareUuid: string) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
    })
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.breaks > 0) {
      this.breaks--
      return void request.socket.destroy()
    }
    this.authorization = request.headers.authorization
    const send = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    if (request.url !== BUNDLE_ROUTE) return void send(404, problem(404, 'not-found', 'Nothing here.'))
    if (request.method === 'GET') return void send(200, this.view())
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const piece = Buffer.concat(chunks)
    this.sentBytes += piece.length
    const { refusal } = this
    if (refusal) return void send(422, problem(422, refusal.code, refusal.detail))
    const [, first = 0, sizeBytes = 0] = numbersOf(request.headers['content-range'])
    const isWhole = this.upload !== undefined && this.upload.receivedBytes === this.upload.sizeBytes
    if (isWhole || first !== this.received.length)
      return void send(409, problem(409, 'wrong-offset', 'Not from there.'))
    this.received = Buffer.concat([this.received, piece])
    const id = String(request.headers[BUNDLE_UPLOAD_HEADERS.upload])
    const name = decodeURIComponent(String(request.headers[BUNDLE_UPLOAD_HEADERS.file]))
    const upload = { id, name, sizeBytes, receivedBytes: this.received.length, isReceiving: false }
    this.upload = upload
    const isAll = upload.receivedBytes === sizeBytes
    if (isAll && this.losesLastAnswer) return void request.socket.destroy()
    const accepted = { release: RELEASE, generation: 2, createdAt: '2026-11-21T12:00:00.000Z', isNew: true }
    send(200, { upload, ...(isAll && { accepted }) })
  }

  private view(): BundleBoard {
    const isThere = this.upload !== undefined && this.upload.receivedBytes === this.upload.sizeBytes
    const told = isThere ? ((this.story.length > 1 ? this.story.shift() : this.story[0]) ?? {}) : {}
    const bundle = { name: this.upload?.name ?? '', way: 'lan' as const, state: 'waiting' as const, isRunning: false }
    return {
      device: { name: 'roof', hardwareUuid: this.hardwareUuid },
      running: [],
      sentence: 'It is at it.',
      mostBytes: 1e9,
      ...(this.upload && { upload: this.upload }),
      bundles: isThere ? [{ ...bundle, doneBytes: 0, neededBytes: 10, ...told }] : [],
    }
  }
}

const RELEASE = { id: '0b9d2c7e-4b1e-4a55-9a55-f5f1c1a0b001', version: '2-abc' }

function problem(status: number, code: string, detail: string) {
  return { type: `urn:flotilla:problem:${code}`, title: code, status, code, detail }
}

function numbersOf(range: string | undefined): number[] {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range ?? '') ?? []
  return [Number(last), Number(first), Number(size)]
}
