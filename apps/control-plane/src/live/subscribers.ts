import { Logger } from '@nestjs/common'
import type { BusListener, BusMessage } from './live-bus.js'

/** The listeners of one process; one that throws does not keep the others from hearing. */
export class Subscribers {
  private readonly listeners = new Map<BusListener, (() => void) | undefined>()
  private readonly log = new Logger('live')

  add(listener: BusListener, onGap?: () => void): () => void {
    this.listeners.set(listener, onGap)
    return () => void this.listeners.delete(listener)
  }

  tell(message: BusMessage): void {
    for (const listener of this.listeners.keys()) this.guard(() => listener(message))
  }

  tellGap(): void {
    for (const onGap of this.listeners.values()) this.guard(() => onGap?.())
  }

  private guard(work: () => void): void {
    try {
      work()
    } catch (err) {
      this.log.error({ message: 'a listener failed', err })
    }
  }
}
