import { shortError } from '../errors.js'
import { Wake } from '../loops/wake.js'
import type { Core } from '../part.js'
import { markedVolumes, policyOf } from './snapshot-facts.js'
import type { SnapshotKeeper } from './snapshot-keeper.js'
import type { StoredSnapshot } from './snapshot-disk.js'
import { newSnapshot } from './take-snapshot.js'
import { uploadSnapshot, type Transfer } from './upload-snapshot.js'

// Schedules count in hours, and an engine that was away is back sooner.
const REST_MS = 600_000

/** Sends what is to be sent, one after the other; and makes new copies where the policy wants them uploaded regularly. */
export class SnapshotUploads {
  private readonly wakeUp = new Wake()

  constructor(
    private readonly core: Pick<Core, 'targets' | 'memory' | 'engine' | 'events' | 'clock' | 'log'>,
    private readonly keeper: SnapshotKeeper,
    private readonly transfer: Transfer,
  ) {
    core.targets.changed.add(() => this.wakeUp.notify())
  }

  /** Durable when it resolves: no restart forgets it. */
  async want(id: string): Promise<void> {
    await this.keeper.note(id, { uploadWanted: true })
    this.wakeUp.notify()
  }

  async run(end: AbortSignal): Promise<void> {
    const { clock, log } = this.core
    let trouble = ''
    while (!end.aborted) {
      try {
        await this.keeper.open()
        await this.takeWhatIsDue()
        await this.sendAll(end)
      } catch (error) {
        // Out of reach for long, it is said once.
        const text = shortError(error)
        if (!end.aborted && text !== trouble) log.warn('snapshots could not be uploaded', { error })
        trouble = text
      }
      await this.wakeUp.wait(clock, REST_MS, end)
    }
  }

  private async sendAll(end: AbortSignal): Promise<void> {
    const isWanted = ({ uploadWanted, uploaded }: StoredSnapshot) => uploadWanted && !uploaded
    for (let next = this.keeper.all.find(isWanted); next && !end.aborted; next = this.keeper.all.find(isWanted)) {
      await this.send(next, end)
    }
  }

  private async send(snapshot: StoredSnapshot, end: AbortSignal): Promise<void> {
    const { id } = snapshot
    try {
      await uploadSnapshot(this.transfer, snapshot)
    } catch (error) {
      if (end.aborted) return
      // It would fail in the same way for ever; whoever wants it asks again.
      await this.keeper.note(id, { uploadWanted: false })
      return this.core.events.record('snapshot-upload-failed', { snapshotId: id, error: shortError(error) })
    }
    await this.keeper.note(id, { uploaded: true, uploadWanted: false })
  }

  private async takeWhatIsDue(): Promise<void> {
    const { targets, engine, clock } = this.core
    const hours = policyOf(targets.target).snapshotUploadHours
    if (hours === undefined) return
    const { volumes } = await engine.observe([])
    for (const volume of markedVolumes(targets.target, volumes)) {
      const own = this.keeper.all.filter(({ volumeName }) => volumeName === volume.name)
      if (!isDue(own, hours * 3_600_000, clock.now())) continue
      const snapshot = await newSnapshot(this.core, this.keeper, { volume, cause: 'schedule' })
      await this.keeper.note(snapshot.id, { uploadWanted: true })
      // Also those that could not be sent: nobody asked for them.
      await this.removeReplaced(snapshot)
    }
  }

  private async removeReplaced(by: StoredSnapshot): Promise<void> {
    for (const old of this.keeper.all.filter((other) => isReplaced(other, by))) await this.keeper.remove(old.id)
  }
}

/** `own`: the snapshots of one volume. One that is still on its way is not overtaken, or no slow link would end one. */
function isDue(own: readonly StoredSnapshot[], everyMs: number, now: number): boolean {
  if (own.some(({ uploadWanted }) => uploadWanted)) return false
  const counting = own.filter(({ uploaded, cause }) => uploaded || cause === 'schedule')
  // A clock that was set back by a year makes nothing wait for a year.
  return counting.every(({ at }) => Math.abs(now - at) >= everyMs)
}

/** There is a newer one; only those made by schedule are nobody's. */
function isReplaced(other: StoredSnapshot, by: StoredSnapshot): boolean {
  return other.cause === 'schedule' && other.volumeName === by.volumeName && other.at < by.at
}
