/*
 * A folder of supervisors as a board has it, with small programs in their place, and the real launcher to start them.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { versionName } from '../self-update/version-name.js'

const LAUNCHER = new URL('../../../deploy/pi/launch-supervisor.sh', import.meta.url).pathname

export function digestOf(program: string): string {
  return `sha256:${createHash('sha256').update(program).digest('hex')}`
}

export class VersionsFolder {
  private readonly started = new Set<ChildProcess>()

  private constructor(readonly path: string) {}

  static async make(): Promise<VersionsFolder> {
    return new VersionsFolder(await mkdtemp(join(tmpdir(), 'fversions-')))
  }

  async remove(): Promise<void> {
    for (const { pid } of this.started) killGroup(pid)
    await rm(this.path, { recursive: true, force: true })
  }

  /** Puts a program there as a version, and gives the name of its folder. */
  async put(version: string, program: string): Promise<string> {
    const digest = digestOf(program)
    const name = versionName(version, digest)
    const folder = join(this.path, 'versions', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'supervisor.mjs'), program)
    await writeFile(join(folder, 'supervisor.mjs.sha256'), `${digest.slice('sha256:'.length)}  supervisor.mjs\n`)
    return name
  }

  async link(link: string, name: string): Promise<void> {
    await rm(join(this.path, link), { force: true })
    await symlink(join('versions', name), join(this.path, link))
  }

  /** The name that a link leads to. */
  async named(link: string): Promise<string | undefined> {
    const target = await readlink(join(this.path, link)).catch(() => undefined)
    return target === undefined ? undefined : basename(target)
  }

  read(file: string): Promise<string> {
    return readFile(join(this.path, file), 'utf8')
  }

  /** Starts what the launcher chooses, as systemd does. */
  launch(environment: NodeJS.ProcessEnv = {}): { child: ChildProcess; output: Promise<string>; pid: number } {
    const env = {
      PATH: process.env.PATH,
      FLOTILLA_SERVER_URL: 'http://127.0.0.1:1',
      FLOTILLA_LIB_DIR: this.path,
      ...environment,
    }
    const child = spawn('sh', [LAUNCHER], { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
    this.started.add(child)
    const output = new Promise<string>((resolve) => {
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
      child.once('exit', () => resolve(text.trim()))
    })
    return { child, output, pid: child.pid ?? -1 }
  }
}

/** The program and the watch beside it, as systemd ends a unit. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended, all of it.
  }
}
