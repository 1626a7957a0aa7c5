import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { boundCommand, canReach, findUser, type RunAs } from '../processes/credentials.js'
import { waitFor } from '../processes/wait.js'
import type { PostgresBinaries } from './binaries.js'

export const SUPERUSER = 'flotilla'

/** A data folder of Postgres: `<folder>/cluster` and, readable by its owner only, `<folder>/password`. */
export interface Cluster {
  folder: string
  password: string
  user?: RunAs
}

/** Makes the cluster where there is none yet. */
export function prepareCluster(parent: string, binaries: PostgresBinaries): Cluster {
  const folder = join(parent, 'cluster')
  mkdirSync(parent, { recursive: true })
  const user = serverUser([parent, binaries.folder])
  const passwordFile = join(parent, 'password')
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 })
  const password = readFileSync(passwordFile, 'utf8').trim()
  if (!existsSync(join(folder, 'PG_VERSION'))) initialise({ folder, password, user }, binaries)
  return { folder, password, user }
}

/**
 * Ends a server that a killed run of ours left on this cluster, and removes the pid file of one that is gone: after a
 * power cut its number may belong to another process, and Postgres would refuse to start.
 */
export async function clearStaleServer(cluster: Cluster): Promise<void> {
  const pidFile = join(cluster.folder, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  if (isServerOf(pid, cluster.folder)) {
    process.kill(pid, 'SIGINT')
    await waitFor(() => !isServerOf(pid, cluster.folder), { what: `the former Postgres (${pid}) has ended` })
  }
  rmSync(pidFile, { force: true })
}

function isServerOf(pid: number, folder: string): boolean {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return /postgres$/.test(commandLine[0] ?? '') && commandLine.includes(folder)
  } catch {
    return false
  }
}

function initialise(cluster: Cluster, binaries: PostgresBinaries): void {
  // A cluster whose making was cut off has no PG_VERSION and cannot be used.
  rmSync(cluster.folder, { recursive: true, force: true })
  mkdirSync(cluster.folder, { mode: 0o700 })
  const passwordFile = join(cluster.folder, '..', 'initdb-password')
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 })
  if (cluster.user) {
    chownSync(cluster.folder, cluster.user.uid, cluster.user.gid)
    chownSync(passwordFile, cluster.user.uid, cluster.user.gid)
  }
  const settings = ['--username', SUPERUSER, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--no-sync']
  const locale = ['--encoding', 'UTF8', '--locale', 'C']
  const command = [join(binaries.folder, 'initdb'), '--pgdata', cluster.folder, ...settings, ...locale]
  const [program = '', ...args] = boundCommand(command, 'SIGKILL', cluster.user)
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' })
  rmSync(passwordFile)
  if (status !== 0) throw new Error(`Could not make a Postgres cluster in ${cluster.folder}:\n${stdout}${stderr}`)
}

// Postgres refuses to run as root.
function serverUser(folders: string[]): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined
  const user = findUser(['postgres', 'nobody'])
  if (!user) throw new Error('Postgres does not run as root, and there is no user "postgres" or "nobody" here.')
  return { ...user, readAnywhere: !folders.every((folder) => canReach(folder, user)) }
}
