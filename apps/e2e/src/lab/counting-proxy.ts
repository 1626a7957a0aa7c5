/*
 * Stands between one board and the registry, and counts what the board gets of the answers' bodies: all that its kernel
 * has acknowledged, whether somebody read it there or not, but nothing that never left this machine or was lost.
 */
import { run, type DeviceEngine } from '@flotilla/dev'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

// The kernel forgets a connection as soon as it is over, so it is asked all the time.
const LOOK_MS = 500

interface Connection {
  // Of bodies: what was given to it, delivered or not.
  offered: number
  // Of all that was given to it, what the board had acknowledged at the last look.
  acknowledged: number
}

export interface ProxyCount {
  // Of bodies, as far as the board has acknowledged them.
  bodyBytes: number
  // Those that had a body worth counting.
  answers: number
  connections: number
}

export class CountingProxy {
  private readonly open = new Map<Socket, Connection>()
  private readonly gone = { bodyBytes: 0, connections: 0 }
  private answers = 0
  private readonly looking: NodeJS.Timeout

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly registry: URL,
  ) {
    server.on('connection', (socket: Socket) => this.follow(socket))
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      this.answer(incoming, outgoing).catch(() => outgoing.destroy())
    })
    this.looking = setInterval(() => void this.look().catch(() => undefined), LOOK_MS)
  }

  /** From now on whatever of this board asks the registry is led here, without a word to it. */
  static async before(registryUrl: string, board: DeviceEngine): Promise<CountingProxy> {
    const registry = new URL(registryUrl)
    const server = createServer()
    // As the registry, it leaves it to the others when to part.
    server.keepAliveTimeout = 0
    server.listen(0, '0.0.0.0')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const match = ['-p', 'tcp', '-d', registry.hostname, '--dport', registry.port]
    const lead = ['-j', 'DNAT', '--to-destination', `${registry.hostname}:${port}`]
    const rule = ['iptables', '-w', '-t', 'nat', '-A', 'OUTPUT', ...match, ...lead]
    await run('nsenter', `--net=${board.networkNamespace}`, '--', ...rule)
    return new CountingProxy(server, port, registry)
  }

  async count(): Promise<ProxyCount> {
    await this.look()
    const now = [...this.open].map(([socket, connection]) => deliveredBody(socket, connection))
    return {
      bodyBytes: now.reduce((sum, bytes) => sum + bytes, this.gone.bodyBytes),
      answers: this.answers,
      connections: this.gone.connections + now.length,
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.looking)
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, 'close')
  }

  private follow(socket: Socket): void {
    const connection = { offered: 0, acknowledged: 0 }
    this.open.set(socket, connection)
    socket.once('close', () => {
      this.open.delete(socket)
      this.gone.connections++
      this.gone.bodyBytes += deliveredBody(socket, connection)
    })
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { hostname: host, port } = this.registry
    const { method, url: path, headers } = incoming
    const asked = request({ host, port, method, path, headers })
    asked.on('error', () => outgoing.destroy())
    outgoing.once('close', () => asked.destroy())
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
    const connection = this.open.get(incoming.socket)
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
    if (answer.statusCode === 200 || answer.statusCode === 206) this.answers++
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      if (connection) connection.offered += bytes.length
      const isSent = await new Promise((resolve) => outgoing.write(bytes, (error) => resolve(!error)))
      if (!isSent) return
    }
    outgoing.end()
  }

  private async look(): Promise<void> {
    if (this.open.size === 0) return
    const acknowledged = acknowledgedBytes(await run('ss', '-tinHO', `sport = :${this.port}`))
    for (const [{ remotePort }, connection] of this.open) {
      connection.acknowledged = acknowledged.get(remotePort ?? 0) ?? connection.acknowledged
    }
  }
}

/** What is not of bodies is counted as delivered first. */
function deliveredBody(socket: Socket, { offered, acknowledged }: Connection): number {
  return Math.max(0, acknowledged - (socket.bytesWritten - offered))
}

/** By the port of the other side. */
function acknowledgedBytes(sockets: string): Map<number, number> {
  const lines = sockets.matchAll(/\S+:\d+ +\S+:(\d+) .*\bbytes_acked:(\d+)/g)
  return new Map([...lines].map(([, port, bytes]) => [Number(port), Number(bytes)]))
}
