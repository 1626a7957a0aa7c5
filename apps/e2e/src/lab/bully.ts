import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeviceEngine, StackDevice } from '@flotilla/dev'

export interface BadLink {
  kilobits: number
  // Percent.
  loss: number
}

// The link is up for so long, then cut for a random time.
const UP_MS = 30_000
const DOWN_SECONDS = { least: 5, most: 60 }
// Chances in a hundred that, at the end of a cut, the supervisor or the engine is killed, too.
const KILLS_SUPERVISOR = 15
const KILLS_ENGINE = 10

/** Gives one board a slow link that loses packets and is cut again and again, and kills what runs on it now and then. */
export class Bully {
  cuts = 0

  constructor(
    private readonly board: DeviceEngine,
    private readonly link: BadLink,
    // Absent: none runs there.
    private readonly supervisor?: StackDevice,
  ) {}

  async until(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await rest(UP_MS, end)
      if (end.aborted) break
      this.cuts++
      await this.board.link.cut()
      await rest(randomInt(DOWN_SECONDS.least, DOWN_SECONDS.most + 1) * 1000, end)
      await this.kill(randomInt(100))
      await this.begin()
    }
    await this.board.link.restore()
  }

  /** The link is up, and bad. */
  async begin(): Promise<void> {
    const { kilobits, loss } = this.link
    // Its rate first: not one moment is it better than it should be.
    await this.board.link.setRate(kilobits)
    await this.board.link.setLoss(loss)
  }

  private async kill(dice: number): Promise<void> {
    if (dice < KILLS_SUPERVISOR && this.supervisor) {
      this.supervisor.supervisor().kill('SIGKILL')
      await this.supervisor.supervisor().exited
      await this.supervisor.start()
    } else if (dice >= 100 - KILLS_ENGINE) {
      await this.board.engine.kill()
      await this.board.engine.start()
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
