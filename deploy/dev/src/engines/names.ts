import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/*
 * Everything that outlives a killed process is named after that process, so that the next run finds and removes it:
 * folders and network namespaces `flotilla-<pid>-<random>`, network interfaces `fl<pid in base 36>-<random>`.
 */

const OWNED_NAME = /^flotilla-(\d+)-[0-9a-zA-Z]+$/
const OWNED_INTERFACE = /^fl([0-9a-z]+)-[0-9a-f]{4,6}$/

export const NAMESPACE_FOLDER = '/run/netns'

/** Where sockets go: their paths may have 108 characters at most. */
export const RUN_FOLDER = '/run'

export function ownedName(): string {
  return `flotilla-${process.pid}-${randomBytes(4).toString('hex')}`
}

/** At most 15 characters, as the kernel wants it: five are for the largest number of a process. */
export function ownedInterface(): string {
  return `fl${process.pid.toString(36)}-${randomBytes(3).toString('hex')}`
}

export function makeRunFolder(): string {
  const folder = join(RUN_FOLDER, ownedName())
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

export function makeTemporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), `flotilla-${process.pid}-`))
}

/** The process that made the thing of this name, or undefined for a name that is not ours. */
export function ownerOf(name: string): number | undefined {
  const folder = OWNED_NAME.exec(name)?.[1]
  if (folder) return Number.parseInt(folder, 10)
  const link = OWNED_INTERFACE.exec(name)?.[1]
  return link ? Number.parseInt(link, 36) : undefined
}
