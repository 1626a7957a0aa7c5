import { LinkDeviceMessageSchema, type LinkServerMessage } from '@flotilla/contracts'
import type { WebSocket } from 'ws'

/** One connection of one board. */
export class DeviceLink {
  heardAt = Date.now()
  looksSinceHeard = 0
  // The newest generation that the board knows of: from itself or from us.
  private told = -1

  constructor(
    readonly deviceId: string,
    readonly hardwareId: string,
    private readonly socket: WebSocket,
  ) {}

  /** `onHello` runs when the board has said which generation it has. */
  listen(events: { onHeard: () => void; onHello: () => void; onClose: (gone: 'silent' | 'closed') => void }): void {
    const heard = () => {
      this.heardAt = Date.now()
      this.looksSinceHeard = 0
      events.onHeard()
    }
    this.socket.on('ping', heard)
    this.socket.on('pong', heard)
    this.socket.on('message', (frame: Buffer) => {
      heard()
      if (this.receive(frame.toString())) events.onHello()
    })
    // An error is always followed by a close.
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => events.onClose(this.isSilent ? 'silent' : 'closed'))
  }

  tellGeneration(generation: number): void {
    if (generation <= this.told) return
    this.told = generation
    this.tell({ type: 'target-changed', generation })
  }

  tell(message: LinkServerMessage): void {
    this.socket.send(JSON.stringify(message), () => undefined)
  }

  ping(): void {
    this.socket.ping(undefined, undefined, () => undefined)
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason)
  }

  /** The other end has not answered for long: there is nobody to say goodbye to. */
  abandon(): void {
    this.isSilent = true
    this.socket.terminate()
  }

  private isSilent = false

  private receive(text: string): boolean {
    const message = LinkDeviceMessageSchema.safeParse(parsed(text))
    // Messages of a newer supervisor are not for this server.
    if (!message.success) return false
    this.told = Math.max(this.told, message.data.generation)
    return true
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
