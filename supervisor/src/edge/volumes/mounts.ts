/*
 * Which mount a path is on, from /proc/self/mountinfo.
 */
import { readFileSync } from 'node:fs'

export interface Mount {
  // Of this mount, not of the file system: one file system may be mounted several times.
  id: string
  path: string
  type: string
  // major:minor. A file system over several disks has one that is no disk's.
  device: string
  // What was mounted, as whoever mounted it called it: /dev/sda1.
  source: string
}

/** The mount that holds this path, which must be free of symbolic links. */
export function mountOf(path: string): Mount {
  // The last one counts where two are on one path: it hides the others.
  const holding = ownMounts().filter((mount) => isBelow(path, mount.path))
  const longest = Math.max(...holding.map((mount) => mount.path.length))
  const mount = holding.findLast((it) => it.path.length === longest)
  if (!mount) throw new Error(`${path} is on no mount`)
  return mount
}

/** All that this process sees, in the order in which they were mounted. */
export function ownMounts(): Mount[] {
  // In Node 18 only the synchronous way reads past the first page of what the kernel makes up.
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

/** Lines as "36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw". */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [own = '', fileSystem = ''] = line.split(' - ')
      const [id = '', , device = '', , path = ''] = own.split(' ')
      const [type = '', source = ''] = fileSystem.split(' ')
      return { id, path: unescaped(path), type, device, source: unescaped(source) }
    })
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

// Spaces, tabs, newlines and backslashes are written as octal numbers.
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}
