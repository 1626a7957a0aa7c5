/*
 * Where the host's own files are: a supervisor in a container (or in a unit with a private view of the disk) sees them
 * through the first process, if it may.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const THROUGH_FIRST_PROCESS = '/proc/1/root'

/** The host's root folder as this process reaches it. */
export function hostRoot(): string {
  return existsSync(join(THROUGH_FIRST_PROCESS, 'etc')) ? THROUGH_FIRST_PROCESS : '/'
}

/** Whether that root is a container's: its host name and settings are nobody's. */
export function isContainerRoot(root: string): boolean {
  return ['.dockerenv', 'run/.containerenv'].some((mark) => existsSync(join(root, mark)))
}
