import { closeSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../processes/run.js'
import { makeTemporaryFolder } from './names.js'
import { unmountBelow } from './remains.js'

const STICK_BYTES = 256 * 1024 * 1024
const NODES = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/** A board's slots for sticks: what its kernel says of them, over loop devices with a real file system. */
export interface BoardSlots {
  /** What a program of the board is to find in other places than this machine's: path → what is mounted there. */
  views: Record<string, string>
  /** A stick (ext4, with a table of partitions) that holds what is in `content`, in the slot `sda` … */
  putIn(slot: string, content: string): Promise<void>
  /** Whoever has it mounted keeps a dead file system. */
  pull(slot: string): void
  remove(): Promise<void>
}

export async function createBoardSlots(): Promise<BoardSlots> {
  const home = makeTemporaryFolder()
  // Of its own kind: where temporary files go, device nodes may be without effect.
  const kernel = join(home, 'kernel')
  mkdirSync(kernel)
  await run('mount', '-t', 'tmpfs', 'slots', kernel)
  const [disks, nodes, firstProcess] = ['block', 'dev', 'first'].map((name) => join(kernel, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [disks, nodes, firstProcess]) mkdirSync(folder)
  await run('cp', '--archive', ...NODES.map((name) => `/dev/${name}`), nodes)
  // The supervisor looks at its host through the first process; this machine's own would show it our disks.
  symlinkSync('/', join(firstProcess, 'root'))
  symlinkSync('/proc/self/mountinfo', join(firstProcess, 'mountinfo'))
  const sticks = new Sticks(home, { disks, nodes })
  return {
    views: { '/sys/block': disks, '/dev': nodes, '/proc/1': firstProcess },
    putIn: (slot, content) => sticks.putIn(slot, content),
    pull: (slot) => sticks.pull(slot),
    remove: async () => {
      sticks.pullAll()
      await unmountBelow(home)
      rmSync(home, { recursive: true })
    },
  }
}

class Sticks {
  // By slot: what holds its loop device.
  private readonly handles = new Map<string, number>()
  private count = 0

  constructor(
    private readonly home: string,
    private readonly kernel: { disks: string; nodes: string },
  ) {}

  async putIn(slot: string, content: string): Promise<void> {
    const image = join(this.home, `stick-${++this.count}.ext4`)
    await run('truncate', `--size=${STICK_BYTES}`, image)
    await run('mkfs.ext4', '-q', '-d', content, image)
    const loop = (await run('losetup', '--find', '--show', image)).trim()
    this.handles.set(slot, openSync(loop, 'r'))
    // It goes with the last who has it open: us, at the latest when this process ends, however it ends.
    await run('losetup', '--detach', loop)
    // The loop device has it now.
    rmSync(image)
    const number = (await run('lsblk', '--noheadings', '--nodeps', '--output', 'MAJ:MIN', loop)).trim()
    await run('mknod', join(this.kernel.nodes, `${slot}1`), 'b', ...number.split(':'))
    this.announce(slot, number)
  }

  pull(slot: string): void {
    rmSync(join(this.kernel.disks, slot), { recursive: true, force: true })
    rmSync(join(this.kernel.nodes, `${slot}1`), { force: true })
    const handle = this.handles.get(slot)
    if (handle !== undefined) closeSync(handle)
    this.handles.delete(slot)
  }

  pullAll(): void {
    for (const slot of [...this.handles.keys()]) this.pull(slot)
  }

  /** All at once, as the kernel does. */
  private announce(slot: string, number: string): void {
    const coming = join(this.home, 'kernel', 'coming')
    const part = join(coming, `${slot}1`)
    mkdirSync(part, { recursive: true })
    const facts = { removable: 1, size: STICK_BYTES / 512, diskseq: this.count }
    for (const [name, value] of Object.entries(facts)) writeFileSync(join(coming, name), `${value}\n`)
    for (const [name, value] of Object.entries({ partition: 1, dev: number })) {
      writeFileSync(join(part, name), `${value}\n`)
    }
    renameSync(coming, join(this.kernel.disks, slot))
  }
}
