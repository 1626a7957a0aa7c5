import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Another user for a child process of root's. */
export interface RunAs {
  uid: number
  gid: number
  /**
   * Lets that user read and pass folders that are not its own (CAP_DAC_READ_SEARCH): a project below /root has data
   * and binaries that an unprivileged user could not reach.
   */
  readAnywhere?: boolean
}

/** The path of a program, or undefined. Looks into the sbin folders too, which are not on everybody's PATH. */
export function findProgram(name: string, folders: string[] = []): string | undefined {
  const path = (process.env.PATH ?? '').split(delimiter)
  return [...folders, ...path, '/usr/local/sbin', '/usr/sbin', '/sbin'].map((dir) => join(dir, name)).find(isExecutable)
}

/** The first of `names` that is a user of this system. */
export function findUser(names: string[]): RunAs | undefined {
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )
  return names.map((name) => users.get(name)).find((user) => user !== undefined)
}

/** Whether that user can pass into `folder`. */
export function canReach(folder: string, user: RunAs): boolean {
  return spawnSync('test', ['-x', folder], { uid: user.uid, gid: user.gid }).status === 0
}

/**
 * The command line that runs `command` as that user and sends it `signal` when this process dies, however it dies.
 * Without `setpriv` (not Linux) the command stays as it is, and spawn has to change the user.
 */
export function boundCommand(command: string[], signal: NodeJS.Signals, user?: RunAs): string[] {
  const setpriv = findProgram('setpriv')
  if (!setpriv) return command
  const bound = [setpriv, `--pdeathsig=${signal.replace('SIG', '')}`]
  if (user) bound.push(`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups')
  if (user?.readAnywhere) {
    bound.push('--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search')
    // Else access(), by which initdb looks for its programs, would ask as if without the capability.
    bound.push('--securebits=+no_setuid_fixup')
  }
  return [...bound, '--', ...command]
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
