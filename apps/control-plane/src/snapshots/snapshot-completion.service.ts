import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import type { KnownDevice } from '../hardware/index.js'
import { Changes } from '../live/changes.js'
import { ObjectStorage } from '../objects/object-storage.js'
import { SnapshotJournal } from './snapshot-journal.service.js'
import { type SnapshotRow, UploadedSnapshotsRepository } from './uploaded-snapshots.repository.js'

/** Makes an upload a stored snapshot. */
@Injectable()
export class SnapshotCompletion {
  constructor(
    private readonly snapshots: UploadedSnapshotsRepository,
    private readonly objects: ObjectStorage,
    private readonly changes: Changes,
    private readonly journal: SnapshotJournal,
  ) {}

  /** False where what is stored is not what the device made. */
  async complete(device: KnownDevice, row: SnapshotRow, whole: { bytes: number; digest: string }): Promise<boolean> {
    if ((await this.digest(row.object)) !== whole.digest) return false
    await this.changes.run(async (transaction, announce) => {
      // A repeated last piece: it is stored already.
      if (!(await this.snapshots.finish(transaction, row.object, whole))) return
      announce(...(await this.journal.recordUpload(transaction, device, { ...row, ...whole })))
    })
    return true
  }

  private async digest(object: string): Promise<string> {
    const hash = createHash('sha256')
    for await (const bytes of this.objects.read(object)) hash.update(bytes as Buffer)
    return hash.digest('hex')
  }
}
