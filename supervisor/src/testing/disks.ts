/*
 * Disks for tests: a folder on this machine's own, or a file system of its own in a file. Needs root, and
 * btrfs-progs and xfsprogs of Debian.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskSnapshots } from '../edge/volumes/disk-snapshots.js'
import { silentLog } from './memory-store.js'

export type DiskKind = 'plain' | 'small' | 'btrfs' | 'xfs'

export interface TestDisk {
  path: string
  remove(): Promise<void>
}

const MAKERS: Record<Exclude<DiskKind, 'plain'>, { bytes: number; command: string[] }> = {
  // ext4, which shares no blocks, and soon full.
  small: { bytes: 24e6, command: ['mkfs.ext4', '-q', '-m', '0'] },
  btrfs: { bytes: 256e6, command: ['mkfs.btrfs', '-q'] },
  // Its makers refuse anything under 300 MB.
  xfs: { bytes: 320e6, command: ['mkfs.xfs', '-q', '-m', 'reflink=1'] },
}

export async function makeDisk(kind: DiskKind): Promise<TestDisk> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'fdisk-')))
  const path = join(folder, 'disk')
  await mkdir(path)
  if (kind === 'plain') return { path, remove: () => rm(folder, { recursive: true }) }
  const { bytes, command } = MAKERS[kind]
  const image = join(folder, 'image')
  // Sparse: only what is written takes room on this machine.
  run(['truncate', `--size=${bytes}`, image])
  run([...command, image])
  run(['mount', '-o', 'loop', image, path])
  const remove = async () => {
    run(['umount', path])
    await rm(folder, { recursive: true })
  }
  return { path, remove }
}

/** Takes just so many bytes, rounded down to pages of 4096. */
export async function makeTinyDisk(bytes: number): Promise<TestDisk> {
  const path = await mkdtemp(join(tmpdir(), 'fdisk-'))
  run(['mount', '-t', 'tmpfs', '-o', `size=${bytes - (bytes % 4096)}`, 'tmpfs', path])
  const remove = async () => {
    run(['umount', path])
    await rm(path, { recursive: true })
  }
  return { path, remove }
}

export function run([program = '', ...args]: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`, { cause: error })
  return stdout
}

/** Snapshots on a disk that looks like an engine's. */
export function openSnapshots(engineFolder: string, deviceId: string): DiskSnapshots {
  const engine = { dataFolder: () => Promise.resolve(engineFolder) }
  return new DiskSnapshots({ registration: { deviceId }, engine, log: silentLog() })
}
