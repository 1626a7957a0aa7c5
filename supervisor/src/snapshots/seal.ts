import { SNAPSHOT_PIECE_BYTES, SNAPSHOT_SEAL_BYTES, snapshotPieceLabel } from '@flotilla/contracts'
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
// What OpenSSL gives is copied and let go: small, it is soon cleared away.
const AT_ONCE_BYTES = 16 * 1024

/**
 * Bytes in pieces of `size`; the last one is shorter, or just as long. There is always one. All of them lie in the same
 * memory, one after the other: what is not used at once is gone.
 */
async function* inPieces(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  const piece = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const chunk of source) {
    for (let taken = 0; taken < chunk.length;) {
      // The last one is known by that nothing follows it.
      if (filled === size) {
        yield { bytes: piece, isLast: false }
        filled = 0
      }
      const copied = chunk.copy(piece, filled, taken)
      taken += copied
      filled += copied
    }
  }
  yield { bytes: piece.subarray(0, filled), isLast: true }
}

/**
 * Seals what the contract says how to seal. The same bytes under the same key are sealed into the same text, so that an
 * upload goes on after a restart with what it began. What it gives is valid until the next is asked for.
 */
export async function* seal(
  source: AsyncIterable<Buffer>,
  key: Buffer,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  const nonceKey = createHmac('sha256', key).update('flotilla-snapshot-nonce').digest()
  const memory = Buffer.allocUnsafe(SNAPSHOT_PIECE_BYTES + SNAPSHOT_SEAL_BYTES)
  let index = 0
  for await (const { bytes, isLast } of inPieces(source, SNAPSHOT_PIECE_BYTES)) {
    yield { bytes: sealPiece(bytes, { key, nonceKey, label: snapshotPieceLabel(index++, isLast) }, memory), isLast }
  }
}

/** Throws at the first piece that is not as it was sealed. */
export async function* unseal(source: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  let index = 0
  for await (const { bytes, isLast } of inPieces(source, SNAPSHOT_PIECE_BYTES + SNAPSHOT_SEAL_BYTES)) {
    yield unsealPiece(bytes, key, snapshotPieceLabel(index++, isLast))
  }
}

function sealPiece(
  piece: Buffer,
  { key, nonceKey, label }: { key: Buffer; nonceKey: Buffer; label: string },
  memory: Buffer,
): Buffer {
  // Made from what is sealed: two different pieces never share one, not even where tar gave other bytes the second time.
  const nonce = createHmac('sha256', nonceKey).update(`${label}\n`).update(piece).digest().subarray(0, NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
  let end = nonce.copy(memory)
  for (let at = 0; at < piece.length; at += AT_ONCE_BYTES) {
    end += cipher.update(piece.subarray(at, at + AT_ONCE_BYTES)).copy(memory, end)
  }
  end += cipher.final().copy(memory, end)
  end += cipher.getAuthTag().copy(memory, end)
  return memory.subarray(0, end)
}

function unsealPiece(sealed: Buffer, key: Buffer, label: string): Buffer {
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(label))
  decipher.setAuthTag(sealed.subarray(end))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()])
}
