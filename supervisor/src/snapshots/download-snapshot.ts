import type { StoredUpload } from '@flotilla/contracts'
import { createHash } from 'node:crypto'
import { TerminalError } from '../errors.js'
import { persist } from './persist.js'
import { unseal } from './seal.js'
import type { Download, StoredSnapshot } from './snapshot-disk.js'
import type { Transfer } from './upload-snapshot.js'

const PIECE_BYTES = 1024 * 1024

/**
 * Fetches a snapshot that only the control plane has, as a board does that takes the place of another one. Goes on where
 * an earlier attempt was cut, and takes only what is whole and as it was sealed.
 */
export async function downloadSnapshot(
  transfer: Transfer,
  { id, volumeName, reserveBytes }: { id: string; volumeName: (upload: StoredUpload) => string; reserveBytes: number },
): Promise<StoredSnapshot> {
  const { cloud, disk } = transfer
  const upload = await persist(transfer, () => cloud.describe(id))
  const download = await disk.download(id)
  await requireRoom(upload, download, reserveBytes)
  await fetchAll(transfer, { id, upload, download })
  if ((await digestOf(download)) !== upload.digest) {
    await download.remove()
    throw new Error(`What was downloaded of snapshot ${id} is not what was uploaded; it is fetched anew the next time`)
  }
  const { appId, volume, cause, releaseId, at } = upload
  const order = { id, appId, volume, volumeName: volumeName(upload), cause, releaseId, at: Date.parse(at) }
  const snapshot = await disk.unpack(order, unseal(download.read(), Buffer.from(upload.key, 'base64url')))
  await disk.note(id, { uploaded: true })
  await download.remove()
  return { ...snapshot, uploaded: true }
}

async function fetchAll(
  transfer: Transfer,
  { id, upload, download }: { id: string; upload: StoredUpload; download: Download },
): Promise<void> {
  let size = await download.size()
  // Left over from another copy of that name.
  if (size > upload.bytes) await download.remove()
  for (size = await download.size(); size < upload.bytes; size = await download.size()) {
    const bytes = await persist(transfer, () =>
      transfer.cloud.read(id, size, Math.min(PIECE_BYTES, upload.bytes - size)),
    )
    await download.append(bytes)
  }
}

async function digestOf(download: Download): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of download.read()) hash.update(bytes)
  return hash.digest('hex')
}

/** For what is still to come, and for the files that are made of it. */
async function requireRoom(upload: StoredUpload, download: Download, reserveBytes: number): Promise<void> {
  const needed = upload.bytes - (await download.size()) + (upload.sizeBytes ?? upload.bytes)
  const free = await download.freeBytes()
  if (free - needed >= reserveBytes) return
  throw new TerminalError(
    `The snapshot needs ${needed} bytes and ${reserveBytes} are to stay free, but only ${free} are free`,
  )
}
