import type { Clock, Logger } from '../ports.js'
import type { BundleIntake } from './ports.js'
import { FolderOffers, type BundleFolder } from './folder-offers.js'

const LOOK_MS = 5_000

/** Offers what somebody puts into a folder of the board, for as long as it lies there. */
export class FolderLoop {
  private readonly offers: FolderOffers
  private isReadable = true

  constructor(
    private readonly path: string,
    folder: BundleFolder,
    intake: BundleIntake,
    private readonly core: { clock: Clock; log: Logger },
  ) {
    this.offers = new FolderOffers(folder, intake, { way: 'folder', isWritten: true }, core.log)
  }

  async run(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await this.look()
      await this.core.clock.sleep(LOOK_MS, end)
    }
    await this.offers.withdraw()
  }

  private async look(): Promise<void> {
    try {
      await this.offers.look()
      this.isReadable = true
    } catch (error) {
      // Once: a disk that is not mounted stays away for long.
      if (this.isReadable) this.core.log.warn('folder of bundles could not be read', { path: this.path, error })
      this.isReadable = false
      await this.offers.withdraw()
    }
  }
}
