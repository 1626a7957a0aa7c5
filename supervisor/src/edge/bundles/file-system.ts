/*
 * Which file system is on a disk, by its first bytes. Only what sticks come with is known: everything else (encrypted
 * disks, members of arrays, swap) is not looked into any further.
 */
import { open } from 'node:fs/promises'

export type FileSystem = 'vfat' | 'exfat' | 'ext4'

// The superblock of ext is in the second kilobyte; the others are in the first sector.
const HEAD_BYTES = 2048

/** Undefined: none of them. Rejects where the disk cannot be read. */
export async function fileSystemOn(device: string): Promise<FileSystem | undefined> {
  const handle = await open(device, 'r')
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0)
    return fileSystemOf(head.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

function fileSystemOf(head: Buffer): FileSystem | undefined {
  if (head.length < HEAD_BYTES) return undefined
  // ext2 and ext3 too: one driver reads all of them.
  if (head.readUInt16LE(1024 + 56) === 0xef53) return 'ext4'
  if (head.readUInt16BE(510) !== 0x55aa) return undefined
  if (textAt(head, 3, 8) === 'EXFAT   ') return 'exfat'
  // A sector with a table of partitions ends with the same mark.
  return /^FAT(12|16) {3}$/.test(textAt(head, 54, 8)) || textAt(head, 82, 8) === 'FAT32   ' ? 'vfat' : undefined
}

function textAt(head: Buffer, position: number, length: number): string {
  return head.toString('latin1', position, position + length)
}
