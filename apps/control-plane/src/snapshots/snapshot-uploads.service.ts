import { randomBytes, randomUUID } from 'node:crypto'
import type { SnapshotUpload, SnapshotUploadResponse } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { KnownDevice } from '../hardware/index.js'
import { notFound, Problem } from '../http/problem.js'
import { ObjectStorage } from '../objects/object-storage.js'
import type { SentRange } from './content-range.js'
import { SnapshotCompletion } from './snapshot-completion.service.js'
import { SnapshotRetention } from './snapshot-retention.service.js'
import { type SnapshotRow, UploadedSnapshotsRepository } from './uploaded-snapshots.repository.js'

const KEY_BYTES = 32

/** Takes snapshots from devices, in as many pieces and attempts as their links need. */
@Injectable()
export class SnapshotUploads {
  constructor(
    private readonly snapshots: UploadedSnapshotsRepository,
    private readonly retention: SnapshotRetention,
    private readonly objects: ObjectStorage,
    private readonly completion: SnapshotCompletion,
  ) {}

  /** Asked again for the same copy, it says how far that came; another one of that id takes its place. */
  async begin({ deviceId }: KnownDevice, id: string, upload: SnapshotUpload): Promise<SnapshotUploadResponse> {
    const known = await this.snapshots.find(deviceId, id)
    if (known && !isOf(known, upload)) await this.retention.discard([known])
    const fresh = { object: randomUUID(), key: randomBytes(KEY_BYTES) }
    await this.snapshots.insert({ deviceId, id, ...upload, ...fresh })
    const row = await this.require(deviceId, id)
    return { key: row.key.toString('base64url'), received: await this.received(row), complete: row.storedAt !== null }
  }

  async receivedOf({ deviceId }: KnownDevice, id: string): Promise<number> {
    return this.received(await this.require(deviceId, id))
  }

  /** Gives how many bytes are stored now. With the last ones comes the digest of all. */
  async append(
    device: KnownDevice,
    id: string,
    { range, digest, source }: { range: SentRange; digest?: string; source: AsyncIterable<Buffer> },
  ): Promise<number> {
    const row = await this.require(device.deviceId, id)
    const received = await this.received(row)
    if (row.storedAt) return received
    if (range.first > received) {
      throw new Problem('snapshot-gap', 409, `Only ${received} bytes are here: send those that follow them.`)
    }
    await this.retention.requireRoom(row, range.first + range.length)
    await this.objects.write(row.object, range.first, exactly(source, range.length))
    if (digest !== undefined && range.first + range.length === range.total) {
      await this.finish(device, row, { bytes: range.total, digest })
    }
    return this.received(row)
  }

  private async finish(device: KnownDevice, row: SnapshotRow, whole: { bytes: number; digest: string }): Promise<void> {
    if (await this.completion.complete(device, row, whole)) return this.retention.keepNewest(device.deviceId)
    await this.retention.discard([row])
    throw new Problem('snapshot-digest-mismatch', 422, 'What arrived is not what was sent: begin the upload anew.')
  }

  private async received(row: SnapshotRow): Promise<number> {
    return row.bytes ?? (await this.objects.size(row.object)) ?? 0
  }

  private async require(deviceId: string, id: string): Promise<SnapshotRow> {
    const row = await this.snapshots.find(deviceId, id)
    if (!row) throw notFound('snapshot', id)
    return row
  }
}

/** The same copy: a board that lost its disk may make another of the same name. */
function isOf(row: SnapshotRow, upload: SnapshotUpload): boolean {
  return row.appId === upload.appId && row.volume === upload.volume && row.takenAt.getTime() === Date.parse(upload.at)
}

/** Neither more nor fewer bytes; fewer are kept, and refused. */
async function* exactly(source: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let left = length
  for await (const bytes of source) {
    if (bytes.length > left) throw wrongLength(length)
    left -= bytes.length
    yield bytes
  }
  if (left > 0) throw wrongLength(length)
}

function wrongLength(length: number): Problem {
  return new Problem('content-length-wrong', 400, `Content-Range speaks of ${length} bytes: send so many.`)
}
