import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDisk, openSnapshots, type DiskKind } from '../../testing/disks.js'
import { eventually } from '../../testing/eventually.js'
import { APP_ID } from '../../testing/steps.js'

const FILES = 12
const CUTS = 8

describe('a supervisor that is killed while it works on snapshots', () => {
  let folder: string
  let worker: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fcuts-'))
    worker = join(folder, 'worker.mjs')
    const entry = new URL('../../testing/snapshot-worker.ts', import.meta.url).pathname
    const sources = { entryPoints: [entry], conditions: ['@flotilla/source'] }
    await build({ ...sources, outfile: worker, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function fill(data: string, content: string): Promise<void> {
    await mkdir(data, { recursive: true })
    for (let n = 0; n < FILES; n++) await writeFile(join(data, `${n}`), content.repeat(20_000))
  }

  /** What all files of a folder hold; a mixture is no content at all. */
  async function contentOf(data: string): Promise<string> {
    const names = await readdir(data)
    const contents = await Promise.all(names.map((name) => readFile(join(data, name), 'utf8')))
    expect(names).toHaveLength(FILES)
    expect(new Set(contents).size).toBe(1)
    return contents[0]?.startsWith('even') ? 'even' : 'odd'
  }

  /** Runs the worker, and ends it and what it runs at once somewhere in its work. */
  async function cut(args: string[]): Promise<void> {
    const child = spawn(process.execPath, [worker, ...args], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, randomInt(0, 120)))
    const ended = once(child, 'exit')
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    // What it ran is killed too, but may not be gone before it has come out of the kernel.
    await eventually(async () => (await livingOf(child.pid ?? 0)).length === 0)
  }

  it.each<DiskKind>(['plain', 'btrfs'])('loses nothing and leaves nothing half done: %s', async (kind) => {
    const disk = await makeDisk(kind)
    try {
      const deviceId = randomUUID()
      const volume = join(disk.path, 'volumes/v')
      const data = join(volume, '_data')
      const open = () => openSnapshots(disk.path, deviceId)
      for (const id of ['even', 'odd']) {
        await fill(data, id)
        const order = { id, appId: APP_ID, volume: 'data', volumeName: 'v', cause: 'manual' as const, at: 0 }
        await open().create(order, data, { maxBytes: Infinity, reserveBytes: 0 })
      }
      for (let n = 0; n < CUTS; n++) {
        await cut([disk.path, deviceId, data])
        const snapshots = open()
        await snapshots.recover([data])
        await contentOf(data)
        expect(await readdir(volume)).toEqual(['_data'])
        const ids = (await snapshots.list()).map(({ id }) => id).filter((id) => id !== 'present')
        expect(ids.sort()).toEqual(['even', 'odd'])
        for (const id of ids) expect(await contentOf(await snapshots.dataPath(id))).toBe(id)
        const kept = await readdir(join(disk.path, 'flotilla-snapshots', deviceId))
        expect(kept.filter((name) => name.startsWith('.'))).toEqual([])
      }
    } finally {
      await disk.remove()
    }
  })
})

/** The processes of a group that have not ended. */
async function livingOf(group: number): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  // Behind the name, which may hold anything: state, parent, group.
  const facts = stats.map((stat) => stat.replace(/^.*\) /s, '').split(' '))
  return pids.filter((_pid, at) => facts[at]?.[2] === String(group) && facts[at]?.[0] !== 'Z')
}
