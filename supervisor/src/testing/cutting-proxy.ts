/*
 * A link to a registry that counts the bytes of every answer and fails where a test says so.
 */
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What a connection that breaks may have taken and not delivered. */
export const PIECE_BYTES = 8 * 1024

/** What becomes of an answer in the middle of its body. */
export type Fate = 'goes-on' | 'cut' | 'silent'

export class CuttingProxy {
  /** Of the bodies of good answers, as they were sent. */
  bodyBytes = 0
  /** Connections that ended in the middle of an answer, or were cut. */
  broken = 0
  /** Whoever has another one is refused. */
  token?: string
  /** The link is down: nobody is answered. */
  isDown = false
  /** The status of the next answers, one each. */
  statuses: number[] = []
  /** How long a piece takes. */
  pace: () => Promise<void> = () => Promise.resolve()
  /** Asked after each piece. */
  fate: () => Fate = () => 'goes-on'
  private open = 0

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (socket: Socket) => {
      this.open++
      socket.once('close', () => this.open--)
    })
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      this.answer(incoming, outgoing).catch(() => outgoing.destroy())
    })
  }

  static async start(registry: string): Promise<CuttingProxy> {
    const [host = '', port] = registry.split(':')
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new CuttingProxy(server, { host, port: Number(port) })
  }

  /** host:port */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Nobody is connected. */
  get isIdle(): boolean {
    return this.open === 0
  }

  /** All connections break. */
  cutAll(): void {
    this.broken += this.open
    this.server.closeAllConnections()
  }

  async stop(): Promise<void> {
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, 'close')
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    if (this.isDown) return void outgoing.destroy()
    const isAllowed = this.token === undefined || incoming.headers.authorization === `Bearer ${this.token}`
    const status = isAllowed ? this.statuses.shift() : 401
    if (status !== undefined) return void outgoing.writeHead(status, { 'retry-after': '1' }).end()
    const { range, accept } = incoming.headers
    const headers = { ...(range !== undefined && { range }), ...(accept !== undefined && { accept }) }
    const asked = request({ ...this.target, path: incoming.url, headers })
    outgoing.once('close', () => asked.destroy())
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    outgoing.once('close', () => (this.broken += outgoing.writableFinished ? 0 : 1))
    await this.pass(answer, outgoing)
  }

  private async pass(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let left = Number(answer.headers['content-length'] ?? 0)
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES)
        const isSent = await new Promise((resolve) => outgoing.write(piece, (error) => resolve(!error)))
        if (!isSent) break
        this.bodyBytes += piece.length
        left -= piece.length
        await this.pace()
        // With the last byte, the other side thinks it over.
        if (left <= 0) return void outgoing.end()
        const fate = this.fate()
        // What was sent arrives; nothing follows.
        if (fate === 'cut') return void outgoing.socket?.destroySoon()
        if (fate === 'silent') return void (await once(outgoing, 'close'))
      }
    }
    outgoing.end()
  }
}
