import { Injectable } from '@nestjs/common'
import type { Actor } from '../auth/index.js'
import type { DeviceRow } from '../devices/index.js'
import { Changes } from '../live/changes.js'
import { SnapshotJournal } from './snapshot-journal.service.js'
import { SnapshotRetention } from './snapshot-retention.service.js'
import { SnapshotViews } from './snapshot-views.service.js'

/** What people do with uploaded snapshots; each is written down. */
@Injectable()
export class SnapshotDeeds {
  constructor(
    private readonly views: SnapshotViews,
    private readonly retention: SnapshotRetention,
    private readonly journal: SnapshotJournal,
    private readonly changes: Changes,
  ) {}

  async open(actor: Actor, device: DeviceRow, id: string): Promise<AsyncIterable<Buffer>> {
    const snapshot = await this.views.require(device.id, id)
    const archive = this.views.archive(snapshot)
    await this.changes.run(async (transaction, announce) => {
      announce(...(await this.journal.recordDeed(transaction, actor, 'downloaded', { device, snapshot })))
    })
    return archive
  }

  async remove(actor: Actor, device: DeviceRow, id: string): Promise<void> {
    const snapshot = await this.views.require(device.id, id)
    await this.changes.run(async (transaction, announce) => {
      announce(...(await this.journal.recordDeed(transaction, actor, 'removed', { device, snapshot })))
    })
    await this.retention.discard([snapshot])
  }
}
