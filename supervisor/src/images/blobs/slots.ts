/** At most so many at once, in the order in which they came. */
export class Slots {
  private readonly waiting: (() => void)[] = []

  constructor(private free: number) {}

  /** Resolves once there is one; it is given back by the call of what it gives. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.free > 0) this.free--
    else await this.queue(signal)
    let isMine = true
    return () => {
      if (isMine) this.giveBack()
      isMine = false
    }
  }

  private queue(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const mine = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(mine), 1)
        reject(signal.reason as Error)
      }
      this.waiting.push(mine)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  private giveBack(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.free++
  }
}
