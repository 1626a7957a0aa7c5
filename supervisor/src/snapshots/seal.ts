import { SNAPSHOT_PIECE_BYTES, SNAPSHOT_SEAL_BYTES, snapshotPieceLabel } from '@flotilla/contracts'
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Bytes in pieces of `size`; the last one is shorter, or just as long. There is always one. */
async function* inPieces(
  source: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  let kept: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    kept.push(chunk)
    length += chunk.length
    // The last one is known by that nothing follows it.
    if (length <= size) continue
    let rest = Buffer.concat(kept)
    for (; rest.length > size; rest = rest.subarray(size)) yield { bytes: rest.subarray(0, size), isLast: false }
    kept = [rest]
    length = rest.length
  }
  yield { bytes: Buffer.concat(kept), isLast: true }
}

/**
 * Seals what the contract says how to seal. The same bytes under the same key are sealed into the same text, so that an
 * upload goes on after a restart with what it began.
 */
export async function* seal(
  source: AsyncIterable<Buffer>,
  key: Buffer,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  const keys = { key, nonceKey: createHmac('sha256', key).update('flotilla-snapshot-nonce').digest() }
  let index = 0
  for await (const { bytes, isLast } of inPieces(source, SNAPSHOT_PIECE_BYTES)) {
    yield { bytes: sealPiece(bytes, keys, snapshotPieceLabel(index++, isLast)), isLast }
  }
}

/** Throws at the first piece that is not as it was sealed. */
export async function* unseal(source: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  let index = 0
  for await (const { bytes, isLast } of inPieces(source, SNAPSHOT_PIECE_BYTES + SNAPSHOT_SEAL_BYTES)) {
    yield unsealPiece(bytes, key, snapshotPieceLabel(index++, isLast))
  }
}

function sealPiece(piece: Buffer, { key, nonceKey }: { key: Buffer; nonceKey: Buffer }, label: string): Buffer {
  // Made from what is sealed: two different pieces never share one, not even where tar gave other bytes the second time.
  const nonce = createHmac('sha256', nonceKey).update(`${label}\n`).update(piece).digest().subarray(0, NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
  return Buffer.concat([nonce, cipher.update(piece), cipher.final(), cipher.getAuthTag()])
}

function unsealPiece(sealed: Buffer, key: Buffer, label: string): Buffer {
  const end = sealed.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(label))
  decipher.setAuthTag(sealed.subarray(end))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()])
}
