/*
 * Folders with everything in them that a file can have, and how to tell whether two of them are the same.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './disks.js'

/** All that can be told of a tree from outside: kinds, modes, owners, sizes, times, link counts, attributes, contents. */
export function portrait(folder: string): string {
  const list = run(['find', folder, '-printf', '%P %y %m %U:%G %s %T@ %n %l\\n']).split('\n').sort().join('\n')
  const attributes = run(['sh', '-c', `cd "${folder}" && getfattr -R -d -m - . | sort`])
  const sums = run(['sh', '-c', `cd "${folder}" && find . -type f -exec sha256sum {} + | sort`])
  return [list, attributes, sums].join('\n')
}

export async function fill(data: string): Promise<void> {
  await mkdir(join(data, 'deep/er'), { recursive: true })
  await writeFile(join(data, 'deep/er/journal'), Buffer.alloc(300_000, 'j'), { mode: 0o640 })
  await writeFile(join(data, 'a name with\nnewline'), 'odd')
  run(['ln', join(data, 'deep/er/journal'), join(data, 'same')])
  run(['ln', '-s', '/nowhere/at all', join(data, 'pointer')])
  run(['mkfifo', join(data, 'pipe')])
  run(['truncate', '--size=50M', join(data, 'sparse')])
  run(['setfattr', '-n', 'user.mood', '-v', 'fine', join(data, 'deep')])
  run(['chown', '1234:4321', join(data, 'deep/er')])
  run(['chmod', '3771', join(data, 'deep/er')])
  run(['touch', '-d', '2001-02-03 04:05:06.789', join(data, 'deep/er/journal')])
  run(['chown', '999:999', data])
}
