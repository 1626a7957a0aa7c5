import type { Readable } from 'node:stream'
import type { StoredUpload, UploadedSnapshot } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { notFound, Problem } from '../http/problem.js'
import { ObjectStorage } from '../objects/object-storage.js'
import { openSnapshot } from './open-snapshot.js'
import { describeForDevice, presentSnapshot } from './uploaded-snapshot.presenter.js'
import { type SnapshotRow, UploadedSnapshotsRepository } from './uploaded-snapshots.repository.js'

/** Shows uploaded snapshots, and gives what is in them. Who may see them is asked before. */
@Injectable()
export class SnapshotViews {
  constructor(
    private readonly snapshots: UploadedSnapshotsRepository,
    private readonly objects: ObjectStorage,
  ) {}

  async list(deviceId: string): Promise<UploadedSnapshot[]> {
    const rows = await this.snapshots.ofDevice(deviceId)
    return Promise.all(rows.map((row) => this.present(row)))
  }

  async require(deviceId: string, id: string): Promise<SnapshotRow> {
    const row = await this.snapshots.find(deviceId, id)
    if (!row) throw notFound('snapshot', id)
    return row
  }

  async present(row: SnapshotRow): Promise<UploadedSnapshot> {
    return presentSnapshot(row, row.bytes ?? (await this.objects.size(row.object)) ?? 0)
  }

  async describe(deviceId: string, id: string): Promise<StoredUpload> {
    const described = describeForDevice(await this.require(deviceId, id))
    if (!described) throw unfinished(id)
    return described
  }

  /** As it is stored. */
  sealed(row: SnapshotRow, range?: { first: number; last: number }): Readable {
    return this.objects.read(row.object, range)
  }

  /** The files, as tar.gz. */
  archive(row: SnapshotRow): AsyncIterable<Buffer> {
    if (row.bytes === null) throw unfinished(row.id)
    return openSnapshot(this.objects.read(row.object), row.key)
  }
}

export function unfinished(id: string): Problem {
  return new Problem('snapshot-unfinished', 409, `Snapshot ${id} is still being sent by its device.`)
}
