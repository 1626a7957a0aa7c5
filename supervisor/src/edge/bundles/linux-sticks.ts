/*
 * Sticks by the kernel's own lists, mounted where only the supervisor looks: read-only, and nothing on them is ever run
 * or written. What is on them is not known here.
 */
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stick, StickSlots } from '../../bundles/stick-slots.js'
import { KernelFiles } from '../host/kernel-files.js'
import { ownMounts } from '../volumes/mounts.js'
import { runProgram } from '../volumes/run-program.js'
import { fileSystemOn, type FileSystem } from './file-system.js'
import { looseDisks } from './loose-disks.js'

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
    return looseDisks(this.files, (path) => this.isOwn(path))
  }

  async mount({ name, mountedAt }: Stick): Promise<string | undefined> {
    const { root } = this.options
    if (mountedAt !== undefined) return join(root, mountedAt)
    const device = join(root, 'dev', name)
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
  async unmount({ name, mountedAt }: Stick): Promise<void> {
    if (mountedAt !== undefined) return
    await runProgram('umount', ['-l', this.folderOf(name)])
    await rmdir(this.folderOf(name))
  }

  async unmountAll(): Promise<void> {
    const own = ownMounts()
      .map(({ path }) => path)
      .filter((path) => this.isOwn(path))
    // One may be on top of another.
    for (const path of own) await runProgram('umount', ['-l', path])
    for (const path of new Set(own)) await rmdir(path)
  }

  private folderOf(name: string): string {
    return join(this.options.folder, name)
  }

  private isOwn(path: string): boolean {
    return path.startsWith(`${this.options.folder}/`)
  }
}
