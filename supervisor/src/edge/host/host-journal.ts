/*
 * The journal of systemd, read by the host's own journalctl: its format is nobody else's to know.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '../../host/journal.js'
import { SEARCH_PATH } from '../volumes/run-program.js'
import { KernelFiles } from './kernel-files.js'

const PROGRAM = 'journalctl'
// On the disk, or in memory only.
const FOLDERS = ['var/log/journal', 'run/log/journal']
const MOST_COMPLAINT = 2000

export class HostJournal implements Journal {
  /** `root`: the host's root folder as this process reaches it. */
  constructor(
    private readonly root: string,
    private readonly command: readonly string[] = commandFor(root),
  ) {}

  isThere(): boolean {
    const files = new KernelFiles(this.root)
    const isProgramThere = SEARCH_PATH.split(':').some((folder) => existsSync(join(this.root, folder, PROGRAM)))
    return isProgramThere && FOLDERS.some((folder) => files.names(folder).length > 0)
  }

  async *read(args: readonly string[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (signal.aborted) return
    const [program = PROGRAM, ...before] = this.command
    const child = spawn(program, [...before, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: SEARCH_PATH, LC_ALL: 'C.UTF-8' },
    })
    const end = () => void child.kill('SIGKILL')
    signal.addEventListener('abort', end, { once: true })
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-MOST_COMPLAINT)
    })
    // The one that could not be started says so here, and on its outputs nothing.
    const closed = once(child, 'close').catch((error: unknown) => {
      complaint = `${PROGRAM} could not be started: ${String(error)}\n`
    })
    try {
      for await (const chunk of child.stdout) yield chunk as Uint8Array
      await closed
      if (complaint !== '' && !signal.aborted) yield Buffer.from(complaint)
    } finally {
      signal.removeEventListener('abort', end)
      end()
    }
  }
}

// Of the host's namespaces only that of its files: one more would put a process in between, which outlives its end.
function commandFor(root: string): string[] {
  return root === '/' ? [PROGRAM] : ['nsenter', '-t', '1', '-m', '--', PROGRAM]
}
