import type { Clock, Logger } from '../ports.js'
import type { BundleIntake } from './ports.js'
import { FolderOffers, type BundleFolder } from './folder-offers.js'
import type { Stick, StickSlots } from './stick-slots.js'

// Nobody waits longer than that beside a board; asking the kernel costs it next to nothing.
const LOOK_MS = 3_000

interface PutIn {
  stick: Stick
  // It was there at the last look, too: by now the kernel has found all that is on it.
  isSettled: boolean
  // Absent: there is nothing on it, or nothing more to read.
  offers?: FolderOffers
}

export interface StickWorld {
  slots: StickSlots
  /** What is called a bundle in this folder; names begin with the label. */
  folderOf(path: string, label: string): BundleFolder
}

/** Offers what is on sticks that are put into the board, and lets go of each as soon as it has been read. */
export class StickLoop {
  private readonly putIn = new Map<string, PutIn>()

  constructor(
    private readonly world: StickWorld,
    private readonly intake: BundleIntake,
    private readonly core: { clock: Clock; log: Logger },
  ) {}

  async run(end: AbortSignal): Promise<void> {
    const { clock, log } = this.core
    await this.attempt('sticks of an earlier run still mounted', this.world.slots.unmountAll())
    while (!end.aborted) {
      await this.look().catch((error: unknown) => log.warn('sticks could not be looked at', { error }))
      await clock.sleep(LOOK_MS, end)
    }
    for (const it of this.putIn.values()) await this.release(it)
  }

  private async look(): Promise<void> {
    const sticks = this.world.slots.list()
    for (const [id, it] of this.putIn) {
      if (sticks.some((stick) => stick.id === id)) continue
      this.putIn.delete(id)
      this.core.log.info('stick pulled', { stick: it.stick.name })
      await this.release(it)
    }
    for (const stick of sticks) {
      const it = this.putIn.get(stick.id)
      if (!it) this.putIn.set(stick.id, { stick, isSettled: false })
      else if (!it.isSettled) await this.take(it)
      else if (it.offers?.isFinished()) await this.release(it)
    }
  }

  /** What fails with it now would fail again: it is looked at once more when it is put in again. */
  private async take(it: PutIn): Promise<void> {
    const { log } = this.core
    const { stick } = it
    it.isSettled = true
    try {
      const path = await this.world.slots.mount(stick)
      if (path === undefined) return
      it.offers = new FolderOffers(
        this.world.folderOf(path, stick.name),
        this.intake,
        { way: 'usb', isWritten: false },
        log,
      )
      await it.offers.look()
    } catch (error) {
      log.warn('stick could not be read', { stick: stick.name, error })
      await this.release(it)
    }
  }

  private async release(it: PutIn): Promise<void> {
    const { offers, stick } = it
    if (!offers) return
    it.offers = undefined
    await offers.withdraw()
    await this.attempt('stick still mounted', this.world.slots.unmount(stick))
  }

  private async attempt(complaint: string, act: Promise<void>): Promise<void> {
    await act.catch((error: unknown) => this.core.log.warn(complaint, { error }))
  }
}
