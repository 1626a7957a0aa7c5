import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../processes/run.js'
import { makeTemporaryFolder } from './names.js'
import { unmountBelow } from './remains.js'

/**
 * A board's own disk: ext4 in a file, as on an SD card. Only it makes a power cut real: what a program wrote and did not
 * sync is lost with it, and a file may come back empty.
 */
export interface BoardDisk {
  /** Where it is mounted. The same after every power cut. */
  folder: string
  /** What no sync has brought to the disk is gone. The programs that use it must have been killed a moment ago. */
  losePower(): Promise<void>
  remove(): Promise<void>
}

/** Makes an empty disk of at most this size; it takes only what is written to it. */
export async function createBoardDisk(sizeMegabytes = 4096): Promise<BoardDisk> {
  const home = makeTemporaryFolder()
  const folder = join(home, 'disk')
  mkdirSync(folder)
  let count = 0
  const image = () => join(home, `disk-${count}.ext4`)
  writeFileSync(image(), '')
  truncateSync(image(), sizeMegabytes * 1024 * 1024)
  await run('mkfs.ext4', '-q', '-m', '0', image())
  await run('mount', '-o', 'loop', image(), folder)
  return {
    folder,
    losePower: async () => {
      const before = image()
      count++
      // The kernel's pages that are still to be written are not in the file yet: this is what a card would hold.
      await run('cp', '--sparse=always', before, image())
      await unmount(folder)
      rmSync(before)
      await run('mount', '-o', 'loop', image(), folder)
    },
    remove: async () => {
      await unmount(folder)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

// A killed engine leaves mounts of its own below.
async function unmount(folder: string): Promise<void> {
  await unmountBelow(folder)
  await run('umount', '--lazy', folder)
}
