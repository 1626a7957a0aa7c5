import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to the server that can be shut: connections break, and new ones are turned away. */
export class Door {
  /** How many came while it was shut. */
  refused = 0
  private readonly sockets = new Set<Socket>()
  private isShut = false
  private readonly server = createServer((socket) => this.enter(socket))

  private constructor(private readonly target: URL) {}

  static async to(address: string): Promise<Door> {
    const door = new Door(new URL(address))
    door.server.listen(0, '127.0.0.1')
    await once(door.server, 'listening')
    return door
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  shut(): void {
    this.isShut = true
    for (const socket of this.sockets) socket.destroy()
  }

  open(): void {
    this.isShut = false
  }

  close(): void {
    this.shut()
    this.server.close()
  }

  private enter(socket: Socket): void {
    if (this.isShut) {
      this.refused++
      socket.destroy()
      return
    }
    const inner = connect(Number(this.target.port), this.target.hostname)
    for (const [from, to] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      this.sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.sockets.delete(from)
        to.destroy()
      })
    }
  }
}
