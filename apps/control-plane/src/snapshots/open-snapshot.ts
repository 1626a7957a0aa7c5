import { createDecipheriv } from 'node:crypto'
import { SNAPSHOT_PIECE_BYTES, SNAPSHOT_SEAL_BYTES, snapshotPieceLabel } from '@flotilla/contracts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const SEALED_PIECE_BYTES = SNAPSHOT_PIECE_BYTES + SNAPSHOT_SEAL_BYTES

/** What was sealed on the board; see the contract for how. Throws at the first byte that is not as it was sealed. */
export async function* openSnapshot(source: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  let index = 0
  let kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    kept.push(chunk)
    bytes += chunk.length
    // The last piece is known by that nothing follows it.
    if (bytes <= SEALED_PIECE_BYTES) continue
    let rest = Buffer.concat(kept)
    for (; rest.length > SEALED_PIECE_BYTES; rest = rest.subarray(SEALED_PIECE_BYTES)) {
      yield openPiece(rest.subarray(0, SEALED_PIECE_BYTES), key, snapshotPieceLabel(index++, false))
    }
    kept = [rest]
    bytes = rest.length
  }
  yield openPiece(Buffer.concat(kept), key, snapshotPieceLabel(index, true))
}

function openPiece(sealed: Buffer, key: Buffer, label: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(label))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()])
}
