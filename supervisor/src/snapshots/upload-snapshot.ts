import type { SnapshotUpload } from '@flotilla/contracts'
import { createHash } from 'node:crypto'
import { CloudError } from '../errors.js'
import type { Clock, Logger } from '../ports.js'
import type { Pace } from '../pace.js'
import { persist } from './persist.js'
import { seal } from './seal.js'
import type { SnapshotCloud } from './snapshot-cloud.js'
import type { SnapshotDisk, StoredSnapshot } from './snapshot-disk.js'

export interface Transfer {
  cloud: SnapshotCloud
  disk: SnapshotDisk
  pace: Pace
  clock: Clock
  log: Logger
  // Aborts when the supervisor stops.
  ending: AbortSignal
}

// Little is lost with a piece of this size, and its head is nothing beside it.
const PIECE_BYTES = 256 * 1024
const MOST_ATTEMPTS = 3

/**
 * Sends a snapshot, from where an earlier attempt came to. After a restart the stream is made anew from its beginning,
 * which costs the board some work but the link nothing. Holds a few pieces in memory, whatever the size.
 */
export async function uploadSnapshot(transfer: Transfer, snapshot: StoredSnapshot): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendAll(transfer, snapshot)
    } catch (error) {
      // Bytes are missing there, or are not those that were sent: from the beginning.
      const isSpoilt = error instanceof CloudError && [404, 409, 422].includes(error.facts.status ?? 0)
      if (!isSpoilt || attempt === MOST_ATTEMPTS) throw error
      transfer.log.warn('upload of a snapshot begins anew', { snapshotId: snapshot.id, error })
    }
  }
}

async function sendAll(transfer: Transfer, snapshot: StoredSnapshot): Promise<void> {
  const { cloud, disk } = transfer
  const { id } = snapshot
  const begin = () => persist(transfer, () => cloud.begin(id, description(snapshot)))
  const { key, complete, received } = await begin()
  if (complete) return
  const digest = createHash('sha256')
  const sender = new Sender(transfer, id, received)
  let offset = 0
  for await (const { bytes, isLast } of seal(disk.pack(id), Buffer.from(key, 'base64url'))) {
    digest.update(bytes)
    const end = offset + bytes.length
    await sender.send(bytes, offset, isLast ? { bytes: end, digest: digest.copy().digest('hex') } : undefined)
    offset = end
  }
}

/** Sends what the server does not have, in pieces, each until it is there. */
class Sender {
  constructor(
    private readonly transfer: Transfer,
    private readonly id: string,
    private received: number,
  ) {}

  async send(bytes: Buffer, offset: number, whole?: { bytes: number; digest: string }): Promise<void> {
    const { pace } = this.transfer
    const end = offset + bytes.length
    // With the last byte goes the digest, even where the server has that byte already.
    let from = Math.max(this.received, offset)
    if (whole) from = Math.min(from, end - 1)
    while (from < end) {
      const to = Math.min(end, from + pace.pieceBytes(PIECE_BYTES))
      await this.sendPiece(bytes.subarray(from - offset, to - offset), from, to === end ? whole : undefined)
      from = to
    }
  }

  private async sendPiece(piece: Buffer, at: number, whole?: { bytes: number; digest: string }): Promise<void> {
    const { cloud, pace, ending } = this.transfer
    await persist(this.transfer, () => cloud.append(this.id, piece, at, whole))
    this.received = at + piece.length
    await pace.spend(piece.length, ending)
  }
}

function description({ appId, volume, at, cause, releaseId, bytes }: StoredSnapshot): SnapshotUpload {
  return {
    ...{ appId, volume, cause, at: new Date(at).toISOString(), sizeBytes: bytes },
    ...(releaseId !== undefined && { releaseId }),
  }
}
