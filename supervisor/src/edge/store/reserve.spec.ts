import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { open, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDisk, type TestDisk } from '../../testing/disks.js'
import { silentLog } from '../../testing/memory-store.js'
import { DiskEventSpool } from './event-spool.js'
import { JsonDocument } from './json-document.js'
import { Reserve } from './reserve.js'
import { z } from 'zod'

const MEGABYTE = 1024 * 1024

describe('the room that is kept on the disk', () => {
  let disk: TestDisk
  beforeEach(async () => {
    disk = await makeDisk('small')
  })
  afterEach(() => disk.remove())

  const path = (name: string) => join(disk.path, name)
  const keptBytes = async () => (await stat(path('reserve')).catch(() => undefined))?.size ?? 0
  const reserve = async (roomyBytes = 8 * MEGABYTE) => {
    const kept = new Reserve(path('reserve'), roomyBytes)
    await kept.fill()
    return kept
  }
  const document = (kept: Reserve) => new JsonDocument(path('value.json'), z.string(), silentLog(), kept)

  /** An app that writes until there is nothing left. */
  async function fillDisk(): Promise<void> {
    const file = await open(path('data'), 'a')
    try {
      for (const size of [MEGABYTE, 4096, 1]) {
        const piece = Buffer.alloc(size, 'x')
        for (let isFull = false; !isFull; ) isFull = await file.write(piece).then(() => false, () => true) // prettier-ignore
      }
      await file.sync().catch(() => undefined)
    } finally {
      await file.close()
    }
  }

  it('lets values and events be written when an app has filled the disk', async () => {
    const kept = await reserve()
    const events = await DiskEventSpool.open(path('events.jsonl'), silentLog(), undefined, kept)
    await document(kept).write('old')
    await fillDisk()
    const value = 'new '.repeat(50_000)
    await document(kept).write(value)
    expect(await document(kept).read()).toBe(value)
    const detail = { text: 'x'.repeat(10_000) }
    await events.append({ at: '2026-11-21T08:00:00Z', kind: 'step-done', detail })
    expect((await DiskEventSpool.open(path('events.jsonl'), silentLog())).pending(9)).toHaveLength(1)
  })

  it('does so again and again while the app takes what is free, until there is none left', async () => {
    const kept = await reserve()
    await document(kept).write('0')
    for (let n = 1; n <= 10; n++) {
      await fillDisk()
      await document(kept).write(`${n}`)
    }
    await rm(path('reserve'))
    await fillDisk()
    const value = 'much '.repeat(10_000)
    await expect(document(await reserve()).write(value)).rejects.toThrow('ENOSPC')
    expect(await document(kept).read()).toBe('10')
  })

  it('is set aside again once there is plenty', async () => {
    const kept = await reserve()
    const whole = await keptBytes()
    await fillDisk()
    await document(kept).write('x'.repeat(100_000))
    expect(await keptBytes()).toBeLessThan(whole)
    await unlink(path('data'))
    await document(kept).write('again')
    expect(await keptBytes()).toBe(whole)
  })

  it('is not taken from a disk that has little', async () => {
    await reserve(1000 * MEGABYTE)
    expect(await keptBytes()).toBe(0)
  })
})
