import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderLoop } from '../../bundles/folder-loop.js'
import { eventually } from '../../testing/eventually.js'
import { silentLog } from '../../testing/memory-store.js'
import { bundleText, RecordedIntake } from '../../testing/recorded-intake.js'
import type { Clock } from '../../ports.js'
import { systemClock } from '../host/clock.js'
import { DiskBundleFolder } from './disk-bundle-folder.js'

describe('a folder for bundles', () => {
  let root: string
  let folder: string
  let intake: RecordedIntake
  let log: ReturnType<typeof silentLog>
  let end: AbortController
  let running: Promise<void>
  // Set while it sleeps between two looks.
  let wakeUp: (() => void) | undefined
  const clock: Clock = {
    ...systemClock,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        wakeUp = () => {
          wakeUp = undefined
          resolve()
        }
        signal?.addEventListener('abort', () => resolve())
      }),
  }
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fbundles-'))
    folder = join(root, 'bundles')
    await mkdir(folder)
    ;[intake, log, end] = [new RecordedIntake(), silentLog(), new AbortController()]
    running = new FolderLoop('/srv/in', new DiskBundleFolder(folder, '/srv/in'), intake, { clock, log }).run(end.signal)
  })
  afterEach(async () => {
    end.abort()
    await running
    await rm(root, { recursive: true })
  })

  /** So many times it is looked at. */
  const looks = async (count: number) => {
    for (let n = 0; n <= count; n++) {
      await eventually(() => wakeUp !== undefined)
      if (n < count) wakeUp?.()
    }
  }
  const offered = (count: number) =>
    eventually(async () => {
      await looks(1)
      return intake.offered.length >= count
    })

  it('gives what lies there, by the path that it is known by, for as long as it lies there', async () => {
    const bytes = bundleText()
    await writeFile(join(folder, 'a.flotilla'), bytes)
    await offered(1)
    expect(intake.offered).toEqual(['/srv/in/a.flotilla'])
    expect(intake.status()).toMatchObject([{ way: 'folder' }])
    expect((await intake.read('/srv/in/a.flotilla')).equals(bytes)).toBe(true)
    await looks(5)
    expect(intake.withdrawn).toEqual([])
    await rm(join(folder, 'a.flotilla'))
    await eventually(async () => {
      await looks(1)
      return intake.withdrawn.length === 1
    })
    expect(intake.offered).toHaveLength(1)
  })

  it('is waited for while somebody copies into it', async () => {
    const bytes = bundleText()
    const path = join(folder, 'a.flotilla')
    for (let at = 0; at < bytes.length; at += 1_000) {
      await appendFile(path, bytes.subarray(at, at + 1_000))
      await looks(1)
      expect(intake.offered).toEqual([])
    }
    await offered(1)
    expect((await intake.read('/srv/in/a.flotilla')).equals(bytes)).toBe(true)
  })

  it('gives a newer bundle when it comes, also under the name of the former one', async () => {
    await writeFile(join(folder, 'a.flotilla'), bundleText())
    await offered(1)
    await writeFile(join(root, 'next'), bundleText({ createdAt: '2026-11-22T07:00:00.000Z', sizeBytes: 20_000 }))
    await rename(join(root, 'next'), join(folder, 'a.flotilla'))
    await offered(2)
    expect(intake.withdrawn).toEqual(['/srv/in/a.flotilla'])
    await writeFile(join(folder, 'b.flotilla'), bundleText({ createdAt: '2026-11-23T07:00:00.000Z' }))
    await offered(3)
    expect(intake.offered.at(-1)).toBe('/srv/in/b.flotilla')
    expect(intake.withdrawn).toHaveLength(1)
  })

  it('may be away for a while', async () => {
    await writeFile(join(folder, 'a.flotilla'), bundleText())
    await offered(1)
    await rename(folder, join(root, 'away'))
    await eventually(async () => {
      await looks(1)
      return intake.withdrawn.length === 1
    })
    await looks(3)
    expect(log.entries.filter(({ level }) => level === 'warn')).toHaveLength(1)
    await rename(join(root, 'away'), folder)
    await offered(2)
  })
})
