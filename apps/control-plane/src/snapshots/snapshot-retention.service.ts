import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Transactions } from '../database/transactions.js'
import { Problem } from '../http/problem.js'
import { ObjectStorage } from '../objects/object-storage.js'
import { type SnapshotRow, UploadedSnapshotsRepository } from './uploaded-snapshots.repository.js'

const DAY_MS = 86_400_000
// A link that is so slow, or away for so long, begins anew.
const LONGEST_UPLOAD_MS = 30 * DAY_MS

/** Bounds what is kept of uploaded snapshots: a few of each volume, so many bytes of each device. */
@Injectable()
export class SnapshotRetention {
  constructor(
    private readonly snapshots: UploadedSnapshotsRepository,
    private readonly objects: ObjectStorage,
    private readonly transactions: Transactions,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** Throws where the device's snapshots would take more than they may with `bytes` in this one. */
  async requireRoom(row: SnapshotRow, bytes: number): Promise<void> {
    const { SNAPSHOTS_PER_VOLUME: perVolume, SNAPSHOT_BYTES_PER_DEVICE: most } = this.config
    const all = (await this.snapshots.ofDevice(row.deviceId)).filter(({ object }) => object !== row.object)
    // Those that make room when this one is there do not count.
    const leaving = new Set(surplus([{ ...row, storedAt: new Date() }, ...all], perVolume).map(({ object }) => object))
    const others = all.reduce((sum, each) => sum + (leaving.has(each.object) ? 0 : (each.bytes ?? 0)), 0)
    if (others + bytes <= most) return
    throw new Problem(
      'snapshot-room-exceeded',
      413,
      `The device's other snapshots take ${others} bytes, this one at least ${bytes}, and ${most} is the limit: ` +
        'remove some, or raise SNAPSHOT_BYTES_PER_DEVICE on the server.',
    )
  }

  /** After one more has come. */
  async keepNewest(deviceId: string): Promise<void> {
    await this.discard(surplus(await this.snapshots.ofDevice(deviceId), this.config.SNAPSHOTS_PER_VOLUME))
  }

  /** The rows first: without its key an object that stays behind is noise, and the next run removes it. */
  async discard(rows: readonly SnapshotRow[]): Promise<void> {
    if (rows.length === 0) return
    const objects = rows.map(({ object }) => object)
    await this.transactions.run((transaction) => this.snapshots.delete(transaction, objects))
    for (const object of objects) await this.objects.remove(object)
  }

  /** Upkeep: uploads that nobody finishes, and objects of which no row speaks any more, as of deleted devices. */
  async run(now = new Date()): Promise<void> {
    await this.discard(await this.snapshots.unfinishedSince(new Date(now.getTime() - LONGEST_UPLOAD_MS)))
    const quiet = await this.objects.unchangedSince(new Date(now.getTime() - DAY_MS))
    const known = await this.snapshots.known(quiet)
    for (const object of quiet) if (!known.has(object)) await this.objects.remove(object)
  }
}

/** Of each volume all but the newest `keep`; what is still being sent counts for nothing. */
function surplus(rows: readonly SnapshotRow[], keep: number): SnapshotRow[] {
  const stored = rows.filter(({ storedAt }) => storedAt !== null)
  const newestFirst = stored.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())
  const seen = new Map<string, number>()
  return newestFirst.filter(({ appId, volume }) => {
    const count = (seen.get(`${appId} ${volume}`) ?? 0) + 1
    seen.set(`${appId} ${volume}`, count)
    return count > keep
  })
}
