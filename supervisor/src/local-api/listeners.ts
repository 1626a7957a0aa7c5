import type { Core } from '../part.js'
import { Wake } from '../loops/wake.js'
import type { LocalAnswer, LocalRequest } from './local-request.js'

export interface LocalListener {
  port: number
  close(): Promise<void>
}

/** Opens a door at an address of this machine; rejects where it cannot be had now. */
export type Listen = (
  address: string,
  port: number,
  handle: (request: LocalRequest) => Promise<LocalAnswer>,
) => Promise<LocalListener>

const LOOPBACK = '127.0.0.1'
const MISSING_MS = 15_000
const RECHECK_MS = 300_000

/**
 * The doors of the local API: on the machine itself, and where containers reach it. Nowhere else, so that nobody in the
 * network of the board finds it. The engine may come up later, or with another address.
 */
export class LocalListeners {
  private readonly open = new Map<string, LocalListener>()
  private readonly failing = new Set<string>()
  private readonly wakeUp = new Wake()

  constructor(
    private readonly core: Pick<Core, 'engine' | 'board' | 'clock' | 'log'>,
    private readonly options: { port: number; listen: Listen },
    private readonly handle: (request: LocalRequest) => Promise<LocalAnswer>,
  ) {
    core.board.changed.add(() => {
      if (this.open.size < 2) this.wakeUp.notify()
    })
  }

  /** By address. */
  ports(): Record<string, number> {
    return Object.fromEntries([...this.open].map(([address, { port }]) => [address, port]))
  }

  async run(end: AbortSignal): Promise<void> {
    const { clock } = this.core
    while (!end.aborted) {
      const wanted = await this.wanted()
      for (const address of wanted) await this.ensure(address)
      const isComplete = wanted.length === 2 && wanted.every((address) => this.open.has(address))
      await this.wakeUp.wait(clock, isComplete ? RECHECK_MS : MISSING_MS, end)
      // The board changes in flocks.
      await clock.sleep(1_000, end)
    }
    await Promise.all([...this.open.values()].map((listener) => listener.close()))
    this.open.clear()
  }

  private async wanted(): Promise<string[]> {
    const bridge = await this.core.engine.hostAddress().catch(() => undefined)
    const others = [...this.open].filter(([address]) => address !== LOOPBACK && address !== bridge)
    // An engine that only does not answer takes nobody's door away.
    if (bridge !== undefined) {
      for (const [address, listener] of others) {
        this.open.delete(address)
        await listener.close()
      }
    }
    return bridge === undefined ? [LOOPBACK] : [LOOPBACK, bridge]
  }

  private async ensure(address: string): Promise<void> {
    if (this.open.has(address)) return
    const { port, listen } = this.options
    try {
      const listener = await listen(address, port, this.handle)
      this.open.set(address, listener)
      this.failing.delete(address)
      this.core.log.info('local API open', { address, port: listener.port })
    } catch (error) {
      // Once: a port that is taken stays so for long.
      if (!this.failing.has(address)) this.core.log.warn('local API not open', { address, port, error })
      this.failing.add(address)
    }
  }
}
