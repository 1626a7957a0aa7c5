/*
 * Sticks by the kernel's own lists, mounted where only the supervisor looks: read-only, and nothing on them is ever run
 * or written. What is on them is not known here.
 */
import { mkdir, readFile, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Stick, StickSlots } from '../../bundles/stick-slots.js'
import { KernelFiles } from '../host/kernel-files.js'
import { parseMountInfo } from '../volumes/mounts.js'
import { runProgram } from '../volumes/run-program.js'
import { fileSystemOn, type FileSystem } from './file-system.js'

// USB sticks and disks are sdX, cards in a slot of the board mmcblkN.
const DISK = /^(sd[a-z]+|mmcblk\d+)$/

const ALWAYS = 'ro,nosuid,nodev,noexec'
// ext4 would write its journal into place even so.
const OPTIONS: Record<FileSystem, string> = { vfat: ALWAYS, exfat: ALWAYS, ext4: `${ALWAYS},noload` }

export interface LinuxSticksOptions {
  // The board's root folder as this process reaches it.
  root: string
  // Where they are mounted, each in a folder of its own.
  folder: string
}

export class LinuxSticks implements StickSlots {
  private readonly files: KernelFiles

  constructor(private readonly options: LinuxSticksOptions) {
    this.files = new KernelFiles(options.root)
  }

  list(): Stick[] {
    const disks = this.files.names('sys/block').filter((name) => DISK.test(name) && this.isLoose(name))
    if (disks.length === 0) return []
    const taken = this.taken()
    if (!taken) return []
    return disks.flatMap((disk) => {
      const parts = this.partsOf(disk)
      // All of it or nothing: the disk that the board runs from has more than what is mounted of it.
      if ([disk, ...parts].some((name) => this.isTaken(disk, name, taken))) return []
      return (parts.length > 0 ? parts : [disk]).map((name) => ({ id: this.idOf(disk, name), name }))
    })
  }

  async mount({ name }: Stick): Promise<string | undefined> {
    const device = join(this.options.root, 'dev', name)
    const type = await fileSystemOn(device)
    if (type === undefined) return undefined
    const folder = this.folderOf(name)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await runProgram('mount', ['-t', type, '-o', OPTIONS[type], device, folder])
    } catch (cause) {
      await rmdir(folder)
      throw cause
    }
    return folder
  }

  /** Lazily: one that was pulled has files open that nothing can close any more. */
  async unmount({ name }: Stick): Promise<void> {
    await runProgram('umount', ['-l', this.folderOf(name)])
    await rmdir(this.folderOf(name))
  }

  async unmountAll(): Promise<void> {
    const mounts = parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'))
    const own = mounts.map(({ path }) => path).filter((path) => this.isOwn(path))
    // One may be on top of another.
    for (const path of own) await runProgram('umount', ['-l', path])
    for (const path of new Set(own)) await rmdir(path)
  }

  /** Made to be pulled out, or on USB: many sticks say that they are disks. Slots for cards that are empty have no size. */
  private isLoose(disk: string): boolean {
    const isRemovable = this.files.number(`sys/block/${disk}/removable`) === 1
    const isLoose = isRemovable || /\/usb\d+\//.test(this.files.link(`sys/block/${disk}`) ?? '')
    return isLoose && (this.files.number(`sys/block/${disk}/size`) ?? 0) > 0
  }

  private partsOf(disk: string): string[] {
    const names = this.files.names(`sys/block/${disk}`).filter((name) => name.startsWith(disk))
    return names.filter((name) => this.files.text(`sys/block/${disk}/${name}/partition`) !== undefined)
  }

  /**
   * What the board uses, by number and by name: some file systems are mounted under a number of their own. Undefined where
   * it cannot be told, and all of it might be.
   */
  private taken(): Set<string> | undefined {
    const mounted = this.files.text('proc/1/mountinfo')
    if (mounted === undefined) return undefined
    const mounts = parseMountInfo(mounted).filter(({ path }) => !this.isOwn(path))
    const swaps = (this.files.text('proc/swaps') ?? '').split('\n').map((line) => line.split(/\s/)[0] ?? '')
    const sources = [...mounts.map(({ source }) => source), ...swaps]
    return new Set([...mounts.map(({ device }) => device), ...sources.map((it) => basename(it))])
  }

  private isTaken(disk: string, name: string, taken: Set<string>): boolean {
    const path = name === disk ? `sys/block/${disk}` : `sys/block/${disk}/${name}`
    const hasHolders = this.files.names(`${path}/holders`).length > 0
    return hasHolders || taken.has(name) || taken.has(this.files.text(`${path}/dev`) ?? name)
  }

  /** Kernels before 5.15 do not count what is put in; then its size has to tell one from another. */
  private idOf(disk: string, name: string): string {
    const count = this.files.text(`sys/block/${disk}/diskseq`) ?? ''
    return [name, count, this.files.text(`sys/block/${disk}/size`)].join(' ')
  }

  private folderOf(name: string): string {
    return join(this.options.folder, name)
  }

  private isOwn(path: string): boolean {
    return path.startsWith(`${this.options.folder}/`)
  }
}
