/*
 * The versions of the supervisor on the board's disk, and the links by which the launcher (deploy/pi) chooses one. What
 * must survive a power cut whole is a link: an empty file is what ext4 leaves of a name that was not synced.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { SupervisorVersions } from '../../ports.js'
import { readIfPresent, removeIfPresent, syncFolder, writeAtomically } from '../store/atomic-file.js'
import { writeAll } from '../store/write-all.js'

const FILE = 'supervisor.mjs'
const ASK_MS = 60_000

export class DiskVersions implements SupervisorVersions {
  constructor(private readonly folder: string) {}

  async onTrial(): Promise<string | undefined> {
    const [trial, current] = await Promise.all([this.nameOf('trial'), this.nameOf('current')])
    return trial === current ? trial : undefined
  }

  async former(): Promise<string | undefined> {
    return this.nameOf('previous')
  }

  async returned() {
    const told = await this.nameOf('rejected')
    const name = (await this.nameOf('returned')) ?? told
    if (name === undefined) return undefined
    const reason = (await readIfPresent(join(this.folder, 'returned-why')))?.trim()
    return { name, reason: reason || 'its starts failed', isTold: name === told }
  }

  async noteTold(): Promise<void> {
    await rename(join(this.folder, 'returned'), join(this.folder, 'rejected'))
    await syncFolder(this.folder)
  }

  async forgetReturned(): Promise<void> {
    for (const link of ['returned', 'rejected', 'returned-why']) await removeIfPresent(join(this.folder, link))
    await syncFolder(this.folder)
  }

  async has(name: string, digest: string): Promise<boolean> {
    const path = join(this.pathOf(name), FILE)
    const isThere = await stat(path).catch(() => undefined)
    return isThere !== undefined && (await digestOf(path)) === digest
  }

  async partBytes(name: string): Promise<number> {
    const part = await stat(this.partOf(name)).catch(() => undefined)
    return part?.size ?? 0
  }

  async writePart(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    await mkdir(this.pathOf(name), { recursive: true })
    const file = await open(this.partOf(name), offset === 0 ? 'w' : 'r+')
    try {
      await writeAll(file, bytes, offset)
    } finally {
      await file.close()
    }
  }

  async finishPart(name: string, digest: string): Promise<void> {
    const part = this.partOf(name)
    const found = await digestOf(part)
    if (found !== digest) {
      await removeIfPresent(part)
      throw new Error(`The supervisor that was downloaded is not the one that the target names: ${found}`)
    }
    await syncFile(part)
    const sums = `${digest.replace(/^sha256:/, '')}  ${FILE}\n`
    await writeAtomically(join(this.pathOf(name), `${FILE}.sha256`), sums, 0o644)
    await rename(part, join(this.pathOf(name), FILE))
    await syncFolder(this.pathOf(name))
    await syncFolder(join(this.folder, 'versions'))
  }

  /** Its own Node must take it: a bundle made for a newer one ends here, and nothing has changed. */
  ask(name: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(this.pathOf(name), FILE), '--version'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: ASK_MS,
      })
      const output = { out: '', error: '' }
      child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (output.error = (output.error + chunk.toString()).slice(-2000)))
      child.once('error', reject)
      child.once('close', (code, signal) => {
        if (code === 0) resolve(output.out.trim())
        else resolve(lastSentence(output.error) ?? `it ended with ${signal ?? code}`)
      })
    })
  }

  /** In an order in which a cut anywhere leaves one that works: a trial that is not current counts as none. */
  async switchTo(name: string): Promise<void> {
    const current = await this.nameOf('current')
    if (current !== undefined && current !== name) await this.point('previous', current)
    await removeIfPresent(join(this.folder, 'trial-starts'))
    await this.point('trial', name)
    await this.point('current', name)
  }

  async forgiveFailures(): Promise<void> {
    await removeIfPresent(join(this.folder, 'trial-starts'))
  }

  async prove(): Promise<void> {
    await removeIfPresent(join(this.folder, 'trial'))
    await syncFolder(this.folder)
    await removeIfPresent(join(this.folder, 'trial-starts'))
    await this.removeOthers()
  }

  private async removeOthers(): Promise<void> {
    const kept = await Promise.all(['current', 'previous', 'returned', 'rejected'].map((link) => this.nameOf(link)))
    const names = await readdir(join(this.folder, 'versions'))
    const others = names.filter((name) => !kept.includes(name))
    await Promise.all(others.map((name) => rm(this.pathOf(name), { recursive: true, force: true })))
  }

  private async point(link: string, name: string): Promise<void> {
    const aside = join(this.folder, `${link}.new`)
    await removeIfPresent(aside)
    await symlink(join('versions', name), aside)
    await rename(aside, join(this.folder, link))
    await syncFolder(this.folder)
  }

  private async nameOf(link: string): Promise<string | undefined> {
    const target = await readlink(join(this.folder, link)).catch(() => undefined)
    return target === undefined ? undefined : basename(target)
  }

  private pathOf(name: string): string {
    return join(this.folder, 'versions', name)
  }

  private partOf(name: string): string {
    return join(this.pathOf(name), `${FILE}.part`)
  }
}

async function digestOf(path: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** "SyntaxError: Unexpected token" of all that Node prints. */
function lastSentence(output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.findLast((line) => line !== '')
}
