/*
 * Which disks can be pulled out of the board, and what it uses of them, by the kernel's own lists. No disk is touched.
 */
import { basename } from 'node:path'
import type { Stick } from '../../bundles/stick-slots.js'
import type { KernelFiles } from '../host/kernel-files.js'
import { parseMountInfo, type Mount } from '../volumes/mounts.js'

// USB sticks and disks are sdX, cards in a slot of the board mmcblkN.
const DISK = /^(sd[a-z]+|mmcblk\d+)$/

// Where desktops mount what is put in, as soon as it is.
const OF_DESKTOPS = /^\/(run\/)?media\//

interface Uses {
  mounts: Mount[]
  // Names of disks and their parts.
  swaps: string[]
}

/** `isOwn`: whether something is mounted at this path for the supervisor itself. */
export function looseDisks(files: KernelFiles, isOwn: (path: string) => boolean): Stick[] {
  const disks = files.names('sys/block').filter((name) => DISK.test(name) && isLoose(files, name))
  if (disks.length === 0) return []
  const mounted = files.text('proc/1/mountinfo')
  // Where it cannot be told what the board uses, it might be all of them.
  if (mounted === undefined) return []
  const mounts = parseMountInfo(mounted).filter(({ path }) => !isOwn(path))
  const swaps = (files.text('proc/swaps') ?? '').split('\n').map((line) => basename(line.split(/\s/)[0] ?? ''))
  return disks.flatMap((disk) => sticksOn(files, disk, { mounts, swaps }))
}

/** Made to be pulled out, or on USB: many sticks say that they are disks. Slots for cards that are empty have no size. */
function isLoose(files: KernelFiles, disk: string): boolean {
  const isRemovable = files.number(`sys/block/${disk}/removable`) === 1
  const isLoose = isRemovable || /\/usb\d+\//.test(files.link(`sys/block/${disk}`) ?? '')
  return isLoose && (files.number(`sys/block/${disk}/size`) ?? 0) > 0
}

/** All of it or nothing: the disk that the board runs from has more than what is mounted of it. */
function sticksOn(files: KernelFiles, disk: string, { mounts, swaps }: Uses): Stick[] {
  const parts = partsOf(files, disk)
  const all = [disk, ...parts]
  if (all.some((name) => swaps.includes(name) || files.names(`${folderOf(disk, name)}/holders`).length > 0)) return []
  const mounted = all.flatMap((name) =>
    mountsOf(files, folderOf(disk, name), mounts).map(({ path }) => ({ name, path })),
  )
  if (mounted.some(({ path }) => !OF_DESKTOPS.test(path))) return []
  const id = (name: string) => idOf(files, disk, name)
  if (mounted.length > 0) return mounted.map(({ name, path }) => ({ id: `${id(name)} ${path}`, name, mountedAt: path }))
  return (parts.length > 0 ? parts : [disk]).map((name) => ({ id: id(name), name }))
}

function partsOf(files: KernelFiles, disk: string): string[] {
  const names = files.names(`sys/block/${disk}`).filter((name) => name.startsWith(disk))
  return names.filter((name) => files.text(`sys/block/${disk}/${name}/partition`) !== undefined)
}

function folderOf(disk: string, name: string): string {
  return name === disk ? `sys/block/${disk}` : `sys/block/${disk}/${name}`
}

/** By number and by name: some file systems are mounted under a number of their own. */
function mountsOf(files: KernelFiles, folder: string, mounts: readonly Mount[]): Mount[] {
  const device = files.text(`${folder}/dev`)
  return mounts.filter((mount) => mount.device === device || basename(mount.source) === basename(folder))
}

/** Kernels before 5.15 do not count what is put in; then its size has to tell one from another. */
function idOf(files: KernelFiles, disk: string, name: string): string {
  const count = files.text(`sys/block/${disk}/diskseq`) ?? ''
  return [name, count, files.text(`sys/block/${disk}/size`)].join(' ')
}
