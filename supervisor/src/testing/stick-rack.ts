/*
 * A board's slots for sticks, in a root folder of its own: what the kernel would say of them, over loop devices with real
 * file systems. Needs root.
 */
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './disks.js'

export interface StickMake {
  // By path on it.
  files?: Record<string, Buffer>
  // Absent: mkfs.ext4. Makes a file system on the file that is its last argument.
  command?: string[]
  // Without a table of partitions, as some sticks are.
  isWhole?: boolean
  removable?: 0 | 1
}

export class StickRack {
  private readonly loops = new Map<string, string>()
  private count = 0

  private constructor(readonly root: string) {}

  static async make(): Promise<StickRack> {
    const rack = new StickRack(await realpath(await mkdtemp(join(tmpdir(), 'fsticks-'))))
    for (const folder of ['sys/block', 'dev', 'proc/1', 'images', 'mnt']) {
      await mkdir(join(rack.root, folder), { recursive: true })
    }
    await symlink('/proc/self/mountinfo', join(rack.root, 'proc/1/mountinfo'))
    await symlink('/proc/swaps', join(rack.root, 'proc/swaps'))
    return rack
  }

  async putIn(disk: string, make: StickMake = {}): Promise<void> {
    const image = await this.image(make)
    const loop = run(['losetup', '--find', '--show', image]).trim()
    this.loops.set(disk, loop)
    const part = make.isWhole === true ? disk : `${disk}1`
    await symlink(loop, join(this.root, 'dev', part))
    const device = run(['lsblk', '-no', 'MAJ:MIN', loop]).trim()
    const { isWhole = false, removable = 1 } = make
    await this.say('coming', isWhole ? 'dev' : `${part}/dev`, device)
    if (!isWhole) await this.say('coming', `${part}/partition`, 1)
    const facts = { removable, size: 16384, diskseq: ++this.count }
    for (const [name, value] of Object.entries(facts)) await this.say('coming', name, value)
    await rename(join(this.root, 'sys/block/coming'), join(this.root, 'sys/block', disk))
  }

  /** What the kernel says of a disk, in the file with this name. */
  async say(disk: string, name: string, value: string | number): Promise<void> {
    const path = join(this.root, 'sys/block', disk, name)
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, `${value}\n`)
  }

  /** The kernel says that it is mounted there and nowhere else; spaces as \\040. */
  async mountElsewhere(disk: string, path: string): Promise<void> {
    const device = run(['lsblk', '-no', 'MAJ:MIN', this.loopOf(disk)]).trim()
    const file = join(this.root, 'proc/1/mountinfo')
    await writeFile(`${file}.new`, `36 35 ${device} / ${path} rw,noatime shared:1 - ext4 /dev/${disk}1 rw\n`)
    await rename(`${file}.new`, file)
  }

  async pull(disk: string): Promise<void> {
    await rm(join(this.root, 'sys/block', disk), { recursive: true, force: true })
    for (const name of [disk, `${disk}1`]) await rm(join(this.root, 'dev', name), { force: true })
    // Where it is still mounted, it goes with its last user.
    run(['losetup', '--detach', this.loopOf(disk)])
    this.loops.delete(disk)
  }

  loopOf(disk: string): string {
    return this.loops.get(disk) ?? ''
  }

  /** Whether the kernel still holds it for anybody. */
  isHeld(loop: string): boolean {
    return run(['losetup', '--all']).includes(`${loop}:`)
  }

  /** Lines of /proc/self/mountinfo for this stick. */
  mounts(disk: string): string[] {
    const lines = run(['cat', '/proc/self/mountinfo']).split('\n')
    return lines.filter((line) => line.includes(` ${this.root}/mnt/${disk}`))
  }

  /** Also after a test that failed. */
  async remove(): Promise<void> {
    for (const [, path] of run(['cat', '/proc/self/mountinfo']).matchAll(/^(?:\S+ ){4}(\S+)/gm)) {
      if (path?.startsWith(`${this.root}/`)) run(['umount', '-l', path])
    }
    for (const disk of [...this.loops.keys()]) await this.pull(disk)
    await rm(this.root, { recursive: true })
  }

  private async image({ files = {}, command = ['mkfs.ext4', '-q'] }: StickMake): Promise<string> {
    const content = join(this.root, 'images', `content-${++this.count}`)
    await mkdir(content)
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(join(content, path, '..'), { recursive: true })
      await writeFile(join(content, path), bytes)
    }
    const image = join(this.root, 'images', `stick-${this.count}`)
    run(['truncate', '--size=8M', image])
    run(command[0] === 'mkfs.ext4' ? [...command, '-d', content, image] : [...command, image])
    return image
  }
}
