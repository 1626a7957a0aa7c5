/*
 * Copies a folder with all that a file can have: owners, modes, times, extended attributes, hard links, holes, devices.
 * cp of coreutils does it; it is on every Debian, and Node's own copy keeps none of these.
 */
import { rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mountOf } from './mounts.js'
import { runProgram } from './run-program.js'

/** What a folder takes on the disk: holes are not counted, hard links once. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const [bytes = ''] = (await runProgram('du', ['-s', '--block-size=1', folder])).split('\t')
  if (!/^\d+$/.test(bytes)) throw new Error(`du did not say how large ${folder} is`)
  return Number(bytes)
}

/** What an unprivileged program could still write, which is less than what root could. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** `to` must not exist. `reflink` fails where one file cannot share its blocks. */
export async function copyTree(from: string, to: string, method: 'reflink' | 'copy'): Promise<void> {
  const cloning = method === 'reflink' ? 'always' : 'never'
  await runProgram('cp', ['--archive', `--reflink=${cloning}`, '--no-target-directory', '--', from, to])
}

/** All that was written to this folder's file system is on the disk when it resolves. */
export async function syncFileSystem(folder: string): Promise<void> {
  await runProgram('sync', ['--file-system', folder])
}

export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 })
}

/** Finds out, once per pair of mounts, whether files of one folder can share their blocks with files of another. */
export class Reflinks {
  private readonly known = new Map<string, boolean>()

  async arePossible(from: string, to: string): Promise<boolean> {
    const mounts = `${mountOf(from).id} ${mountOf(to).id}`
    const known = this.known.get(mounts) ?? (await probe(from, to))
    this.known.set(mounts, known)
    return known
  }
}

/** What a probe that was cut short leaves behind begins with this. */
export const PROBE = '.flotilla-probe'

async function probe(from: string, to: string): Promise<boolean> {
  const [source, clone] = [join(from, PROBE), join(to, `${PROBE}-clone`)]
  try {
    // Large enough to have blocks of its own.
    await writeFile(source, Buffer.alloc(8192, 1))
    await runProgram('cp', ['--reflink=always', '--', source, clone])
    return true
  } catch {
    return false
  } finally {
    await removeTree(source)
    await removeTree(clone)
  }
}

const ROOT_INODE_OF_SUBVOLUME = 256

/** A btrfs subvolume without others in it: those would be left out of a snapshot of it. */
export async function isPlainSubvolume(folder: string): Promise<boolean> {
  const { ino } = await stat(folder)
  if (ino !== ROOT_INODE_OF_SUBVOLUME || mountOf(folder).type !== 'btrfs') return false
  // Without btrfs-progs a reflink copy does as well.
  const inner = await runProgram('btrfs', ['subvolume', 'list', '-o', folder]).catch(() => 'unknown')
  return inner.trim() === ''
}

/** Of all files at one moment, also while they are written to. `to` must not exist. */
export async function snapshotSubvolume(from: string, to: string): Promise<void> {
  await runProgram('btrfs', ['subvolume', 'snapshot', from, to])
}
