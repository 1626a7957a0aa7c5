import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BundleBlob } from '@flotilla/contracts'
import { CommandError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'
import { formatBytes } from '../output/bytes.js'
import { blobName, type BundleParts, END_OF_TAR, fileBytes, headerOf, headOf, paddingAfter } from './bundle-file.js'
import { PartFile } from './part-file.js'

/** Gives the bytes of a blob from `first` on. */
export type ReadBlob = (blob: BundleBlob, first: number) => AsyncIterable<Uint8Array>

export interface Writing {
  /** Of the whole file; `keptBytes` were there before. */
  onBytes: (done: { doneBytes: number; totalBytes: number; keptBytes: number }) => void
}

/** Writes the file, or what an earlier run left out; gives its size. It has its name only when it is whole and right. */
export async function writeBundle(
  file: string,
  parts: BundleParts,
  read: ReadBlob,
  { onBytes }: Writing,
): Promise<number> {
  const head = await headOf(parts)
  const totalBytes = fileBytes(head, parts.blobs)
  const part = await PartFile.open(file, head)
  const keptBytes = Math.min(part.kept, totalBytes)
  try {
    await requireRoom(file, totalBytes, totalBytes - keptBytes)
    await part.put(head)
    for (const blob of parts.blobs) {
      await part.put(await headerOf(blobName(blob.digest), blob.sizeBytes))
      await putBlob(part, blob, read, () => onBytes({ doneBytes: part.written, totalBytes, keptBytes }))
      await part.put(paddingAfter(blob.sizeBytes))
    }
    await part.put(END_OF_TAR)
  } catch (error) {
    await part.close()
    throw error
  }
  await part.finish(file)
  return totalBytes
}

async function putBlob(part: PartFile, blob: BundleBlob, read: ReadBlob, onBytes: () => void): Promise<void> {
  const begin = part.written
  if (await isPut(part, blob, read, onBytes)) return
  // What an earlier run left is not right: a machine that lost its power, say.
  await part.rewindTo(begin)
  if (await isPut(part, blob, read, onBytes)) return
  await part.rewindTo(begin)
  throw new CommandError(
    'blob-damaged',
    EXIT.failure,
    `${blob.digest} arrives with other content than its name says.`,
    {
      hint: 'Try again; if it stays so, the registry of the images is damaged.',
    },
  )
}

/** False: the content is not what the blob's name says. */
async function isPut(part: PartFile, blob: BundleBlob, read: ReadBlob, onBytes: () => void): Promise<boolean> {
  const hash = createHash('sha256')
  let there = 0
  for await (const bytes of part.next(blob.sizeBytes)) {
    hash.update(bytes)
    there += bytes.length
    onBytes()
  }
  if (there < blob.sizeBytes) {
    for await (const bytes of read(blob, there)) {
      hash.update(bytes)
      await part.put(bytes)
      onBytes()
    }
  }
  return `sha256:${hash.digest('hex')}` === blob.digest
}

// As Linux numbers the kinds of file systems, and what a file on that one can have.
const FAT = { type: 0x4d44, mostBytes: 4 * 1024 ** 3 - 1 }

async function requireRoom(file: string, totalBytes: number, neededBytes: number): Promise<void> {
  const { bavail, bsize, type } = await statfs(dirname(file))
  if (type === FAT.type && totalBytes > FAT.mostBytes) {
    const detail = `The bundle has ${formatBytes(totalBytes)}, and no file on a disk with FAT can have more than 4 GiB.`
    throw new CommandError('no-room', EXIT.failure, detail, { hint: 'Format the disk with exFAT or ext4.' })
  }
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  const detail = `${formatBytes(neededBytes)} are still to be written to ${file}, and there are ${formatBytes(freeBytes)} free.`
  throw new CommandError('no-room', EXIT.failure, detail, { hint: 'Make room, or choose another place with -o.' })
}
