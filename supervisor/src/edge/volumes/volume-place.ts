/*
 * Where a volume's files and the copies of them are on this machine. The copies are on the same disk (else they could
 * not share blocks), beside the engine's folder of volumes: within it, the engine would take them for volumes, and
 * `docker volume prune` would remove them.
 */
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { TerminalError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'
import { mountOf } from './mounts.js'

export interface VolumePlace {
  // The volume's files.
  data: string
  // The engine's folder of this volume, which holds `data`.
  folder: string
}

// What is written to one of these is gone with the container or at the next boot.
const PASSING = ['overlay', 'tmpfs', 'ramfs', 'squashfs', 'rootfs']
const DATA = '_data'
const VOLUMES = 'volumes'
const SNAPSHOTS = 'flotilla-snapshots'

/** Throws where the files cannot be reached from here, and says what to do. */
export async function volumePlace(volumePath: string): Promise<VolumePlace> {
  if (basename(volumePath) !== DATA) {
    throw new TerminalError(`Only volumes on the engine's own disk can be copied, and ${volumePath} is not on it`)
  }
  const folder = await realpath(dirname(volumePath)).catch((cause: unknown) => {
    throw unreachable(volumePath, cause)
  })
  await refuseForeignFiles(folder)
  return { data: join(folder, DATA), folder }
}

/** The folder of this device's copies on the disk that holds these volumes; made where it is missing. */
export async function snapshotFolder(engineFolder: string, deviceId: string): Promise<string> {
  const root = await realpath(engineFolder).catch((cause: unknown) => {
    throw unreachable(engineFolder, cause)
  })
  const folder = join(root, SNAPSHOTS)
  await refusePassingDisk(root, folder)
  await mkdir(join(folder, deviceId), { recursive: true, mode: 0o700 })
  return join(folder, deviceId)
}

/** A volume with driver options (NFS, a bind, tmpfs) keeps its files elsewhere, and only while it is mounted. */
async function refuseForeignFiles(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'opts.json'), 'utf8').catch(() => '{}')
  const options = z.object({ MountType: z.string(), MountDevice: z.string() }).partial().safeParse(parseJson(text))
  const { MountType: type, MountDevice: device } = options.data ?? {}
  if (!type && !device) return
  throw new TerminalError(
    `Volume ${basename(folder)} is a mount of ${device ?? type}, whose files are not the engine's: no snapshot is made`,
  )
}

/** A supervisor in a container that was not given these folders sees folders of its own there, or none. */
async function refusePassingDisk(root: string, folder: string): Promise<void> {
  const volumes = await realpath(join(root, VOLUMES)).catch((cause: unknown) => {
    throw unreachable(root, cause)
  })
  const [own, theirs] = [mountOf(folder), mountOf(volumes)]
  if (own.id !== theirs.id && PASSING.includes(own.type)) throw unreachable(root)
}

function unreachable(path: string, cause?: unknown): Error {
  const root = path.replace(/\/volumes\/.*$/, '')
  const mounts = [VOLUMES, SNAPSHOTS].map((name) => `-v ${root}/${name}:${root}/${name}`).join(' ')
  return new Error(
    `The engine's files in ${root} are out of the supervisor's reach: run it on the host itself as root, or give its ` +
      `container these: ${mounts}`,
    { cause },
  )
}
