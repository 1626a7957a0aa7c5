import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, request as send, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startRegistry } from '@flotilla/dev'
import { BlobUpload } from './blob-upload.js'
import { RegistryClient } from './registry-client.js'

const CONTENT = randomBytes(20_000_000)
const { signal } = new AbortController()

/** Between a builder and its registry: counts what is sent, and fails when it is told to. */
class Door {
  sentBytes = 0
  seen: string[] = []
  failsAt: (request: IncomingMessage) => 'refuses' | 'breaks' | undefined = () => undefined
  private readonly server: Server

  constructor(private readonly registry: URL) {
    this.server = createServer((request, response) => this.pass(request, response))
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
  }

  private pass(request: IncomingMessage, response: ServerResponse): void {
    this.seen.push(request.method ?? '')
    const fault = this.failsAt(request)
    // Once it has heard all: who is cut off while it still sends may not get to read why.
    if (fault === 'refuses') return void request.resume().once('end', () => response.writeHead(503).end())
    const { hostname, port } = this.registry
    const { method, url: path, headers } = request
    const onward = send({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.on('data', (chunk: Buffer) => {
      this.sentBytes += chunk.length
      if (fault === 'breaks' && this.sentBytes > 10_000_000) {
        request.socket.destroy()
        onward.destroy()
      }
    })
    request.pipe(onward)
  }
}

describe('the upload of a blob', () => {
  let registry: Awaited<ReturnType<typeof startRegistry>>
  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.stop())

  const blob = (content: Buffer) => ({
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    sizeBytes: content.length,
    read: (offset: number, length: number) => Promise.resolve(content.subarray(offset, offset + length)),
  })

  async function throughDoor(work: (door: Door, upload: (repository: string) => BlobUpload) => Promise<void>) {
    const door = new Door(new URL(registry.url))
    const client = new RegistryClient({ host: registry.host, token: 'anything', url: await door.open() })
    try {
      await work(door, (repository) => new BlobUpload(client, repository, blob(CONTENT)))
    } finally {
      door.close()
    }
  }

  async function expectStored(repository: string): Promise<void> {
    const answer = await fetch(`${registry.url}/v2/${repository}/blobs/${blob(CONTENT).digest}`)
    expect(Buffer.from(await answer.arrayBuffer()).equals(CONTENT)).toBe(true)
  }

  it('sends it in pieces, says how far it is, and sends nothing that is there', async () => {
    await throughDoor(async (door, upload) => {
      const progress: number[] = []
      await upload('fleets/pieces').run((sent) => progress.push(sent), signal)
      expect(progress).toEqual([8 * 1024 ** 2, 16 * 1024 ** 2, CONTENT.length])
      await expectStored('fleets/pieces')
      await upload('fleets/pieces').run((sent) => progress.push(sent), signal)
      expect(progress.at(-1)).toBe(CONTENT.length)
      expect(door.sentBytes).toBe(CONTENT.length)
    })
  })

  it('goes on with what the registry has, after an error', async () => {
    await throughDoor(async (door, upload) => {
      const each = upload('fleets/resumed')
      door.failsAt = () => (door.seen.filter((method) => method === 'PATCH').length === 2 ? 'refuses' : undefined)
      await expect(each.run(() => undefined, signal)).rejects.toThrow(/503/)
      expect(each.sent).toBe(8 * 1024 ** 2)
      door.failsAt = () => undefined
      await each.run(() => undefined, signal)
      await expectStored('fleets/resumed')
      expect(door.sentBytes).toBe(CONTENT.length)
    })
  })

  it('begins again where the registry does not know how much of it came', async () => {
    await throughDoor(async (door, upload) => {
      const each = upload('fleets/again')
      door.failsAt = ({ method }) => (method === 'PATCH' ? 'breaks' : undefined)
      await expect(each.run(() => undefined, signal)).rejects.toThrow(/cannot be reached/)
      door.failsAt = () => undefined
      await each.run(() => undefined, signal)
      await expectStored('fleets/again')
    })
  })

  it('is refused where the bytes are not what the digest says', async () => {
    const client = new RegistryClient({ host: registry.host, token: 'anything' })
    const wrong = { ...blob(Buffer.from('right')), read: () => Promise.resolve(Buffer.from('wrong')) }
    await expect(new BlobUpload(client, 'fleets/wrong', wrong).run(() => undefined, signal)).rejects.toThrow(/digest/i)
  })
})
