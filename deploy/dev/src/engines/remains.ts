import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { oneAtATime } from '../processes/claims.js'
import { run } from '../processes/run.js'
import { waitFor } from '../processes/wait.js'
import { NAMESPACE_FOLDER, ownerOf, RUN_FOLDER } from './names.js'

/** Kills, at once and with all that they started, the processes whose command line names `folder`. */
export async function killUsersOf(folder: string): Promise<void> {
  const killed = new Set<number>()
  // A process may fork while we look, so look again until nothing is left. The signal is not yet the end.
  const areGone = () => {
    const all = processes()
    const pids = withDescendants(all, (process) => process.commandLine.includes(folder))
    for (const pid of pids) {
      kill(pid)
      killed.add(pid)
    }
    return !all.some(({ pid }) => killed.has(pid))
  }
  await waitFor(areGone, { what: `nothing uses ${folder} any more` })
}

/** Removes a folder of an engine, with whatever is still mounted below it. */
export async function removeEngineFolder(folder: string): Promise<void> {
  await unmountBelow(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

export async function unmountBelow(folder: string): Promise<void> {
  const below = mountPoints().filter((point) => point.startsWith(`${folder}/`))
  for (const point of below.reverse()) await run('umount', '--lazy', point).catch(() => undefined)
}

/**
 * Removes what killed runs of ours left behind: engines with their containers, network namespaces, links, folders. Two
 * that did so at once would get in each other's way: one kills the `umount` of the other, which then cannot go on.
 */
export async function removeRemains(): Promise<void> {
  if (process.getuid?.() !== 0) return
  await oneAtATime('removing-remains', removeAbandoned)
}

async function removeAbandoned(): Promise<void> {
  const [runs, temporary] = [abandonedIn(RUN_FOLDER), abandonedIn(tmpdir())]
  for (const folder of [...runs, ...temporary]) await killUsersOf(folder)
  for (const folder of [...runs, ...temporary]) await removeEngineFolder(folder)
  for (const path of abandonedIn(NAMESPACE_FOLDER)) await removeNamespace(path)
  for (const name of readdirSync('/sys/class/net')) {
    if (isAbandoned(name)) await run('ip', 'link', 'delete', name).catch(() => undefined)
  }
}

/** Kills all that runs in a network namespace, whoever started it. */
export async function killNamespace(path: string): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const killed = async () => {
    const pids = (await run('ip', 'netns', 'pids', name).catch(() => '')).split('\n').filter(Boolean).map(Number)
    pids.forEach(kill)
    return pids.length === 0
  }
  await waitFor(killed, { what: `nothing runs in ${name} any more` })
}

/** Ends what runs in a network namespace and removes it, with its end of every link. */
export async function removeNamespace(path: string): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  await killNamespace(path)
  await run('ip', 'netns', 'delete', name).catch(() => undefined)
}

interface ProcessEntry {
  pid: number
  parent: number
  commandLine: string
}

function processes(): ProcessEntry[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).flatMap((pid) => {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      // The name in parentheses may hold anything, so read behind its end: state, then the parent.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      const [state, parent] = [fields[0], Number(fields[1])]
      return state === 'Z' || pid === process.pid ? [] : [{ pid, parent, commandLine }]
    } catch {
      return []
    }
  })
}

function withDescendants(all: ProcessEntry[], isRoot: (entry: ProcessEntry) => boolean): number[] {
  const found = new Set(all.filter(isRoot).map(({ pid }) => pid))
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return [...found]
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

function mountPoints(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines.flatMap((line) => line.split(' ')[4] ?? [])
}

function abandonedIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(isAbandoned)
    .map((name) => join(folder, name))
}

function isAbandoned(name: string): boolean {
  const owner = ownerOf(name)
  return owner !== undefined && !existsSync(`/proc/${owner}`)
}
