import type { CurrentContainer } from '@flotilla/reconcile'
import { SpoiledError } from '../errors.js'
import type { Engine, Logger } from '../ports.js'
import type { Status, StatusBoard } from '../status-board.js'
import type { Repairs } from './repairs.js'

const MANY_RESTARTS = 3
const LINES = 5
// What the engine's runtime writes into a container's log when its program is empty, or gone.
const SIGN = /^(exec .*|standard_init_linux.*): (exec format error|no such file or directory)$/

/**
 * Finds confirmed releases that crash because their program is an empty file: what a power cut leaves of an image that
 * had just been unpacked. The engine starts such a container without complaint, so only its log tells.
 */
export class SpoiledPrograms {
  // Containers that were looked into: once is enough.
  private readonly known = new Set<string>()

  constructor(
    private readonly board: StatusBoard,
    private readonly engine: Pick<Engine, 'evidence'>,
    private readonly repairs: Repairs,
    private readonly log: Logger,
  ) {
    board.changed.add(() => this.look())
  }

  private look(): void {
    const { status } = this.board
    if (!status) return
    const { containers } = status.current
    for (const id of this.known) if (!containers.some((it) => it.id === id)) this.known.delete(id)
    for (const container of containers) {
      if (this.known.has(container.id) || !isCrashing(container) || !isConfirmed(status, container)) continue
      this.known.add(container.id)
      void this.check(container)
    }
  }

  private async check({ id, name, appId, service }: CurrentContainer): Promise<void> {
    try {
      const { lastLines } = await this.engine.evidence(id, LINES)
      const sign = lastLines.find((line) => SIGN.test(line.trim()))
      if (sign === undefined) return
      const step = { kind: 'start-container', appId, service, id, name, reason: 'it crashes' } as const
      await this.repairs.repair(step, new SpoiledError(sign.trim(), false))
    } catch (error) {
      this.log.warn('crashing container not looked into', { service, error })
    }
  }
}

function isCrashing({ status, restartCount = 0 }: CurrentContainer): boolean {
  return status === 'restarting' || restartCount >= MANY_RESTARTS
}

/** A release that is being tried is judged; what it says of itself counts against it. */
function isConfirmed({ current }: Status, { appId, image }: CurrentContainer): boolean {
  const { good, trial } = current.memory?.[appId] ?? {}
  if (!good || trial) return false
  return Object.values(good.services).some((service) => image.endsWith(`@${service.image.digest}`))
}
