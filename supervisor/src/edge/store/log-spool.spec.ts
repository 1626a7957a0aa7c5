import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../testing/memory-store.js'
import { DiskLogSpool } from './log-spool.js'

const ALL = { lines: 100_000, bytes: 100_000_000 }

describe('the log spool', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flogs-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const open = (limits?: { segmentBytes: number; segments: number }) => DiskLogSpool.open(folder, silentLog(), limits)
  const at = (second: number) => new Date(Date.UTC(2026, 10, 21) + second * 1000).toISOString()
  async function write(spool: DiskLogSpool, from: number, count: number, text = 'line') {
    for (let n = from; n < from + count; n++) {
      const line = { at: at(n), service: 'web', stream: 'stdout' as const, text: `${text} ${n}` }
      await spool.append('c1', line, { at: at(n), lines: 1 })
    }
    await spool.flush()
  }
  const texts = (spool: DiskLogSpool) => spool.nextBatch(ALL)?.lines.map(({ number, text }) => `${number} ${text}`)

  it('offers lines only once they are on disk', async () => {
    const spool = await open()
    await spool.append('c1', { at: at(1), stream: 'stdout', text: 'line' }, { at: at(1), lines: 1 })
    expect(spool.nextBatch(ALL)).toBeUndefined()
    await spool.flush()
    expect(texts(spool)).toEqual(['1 line'])
  })

  it('loses no line that comes in while the disk is busy', async () => {
    const spool = await open()
    const flushes = []
    for (let n = 1; n <= 20; n++) {
      await spool.append('c1', { at: at(n), stream: 'stdout', text: `${n}` }, { at: at(n), lines: 1 })
      flushes.push(spool.flush())
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(flushes)
    await spool.flush()
    expect(spool.nextBatch(ALL)?.lines.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  })

  it('keeps lines, numbers and cursors over a restart', async () => {
    await write(await open(), 1, 3)
    const again = await open()
    expect(again.cursor('c1')).toEqual({ at: at(3), lines: 1 })
    await write(again, 4, 1)
    expect(texts(again)).toEqual(['1 line 1', '2 line 2', '3 line 3'])
    await again.acknowledge(3, 0)
    expect(texts(again)).toEqual(['4 line 4'])
  })

  it('takes lines and cursor together, or neither, when the power goes during the write', async () => {
    const spool = await open()
    await write(spool, 1, 2)
    const [name = ''] = await readdir(folder)
    const before = (await stat(join(folder, name))).size
    await write(spool, 3, 2)
    const after = (await stat(join(folder, name))).size
    for (let size = before; size < after; size += 13) {
      await truncate(join(folder, name), size)
      const again = await open()
      expect(again.cursor('c1')).toEqual({ at: at(2), lines: 1 })
      expect(texts(again)).toEqual(['1 line 1', '2 line 2'])
    }
  })

  it('gives batches within their limits, and the rest once they are acknowledged', async () => {
    const spool = await open()
    await write(spool, 1, 5)
    const first = spool.nextBatch({ lines: 3, bytes: 1000 })
    expect(first?.lines.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(spool.nextBatch({ lines: 100, bytes: 13 })?.lines).toHaveLength(2)
    await spool.acknowledge(3, 0)
    expect(texts(spool)).toEqual(['4 line 4', '5 line 5'])
    await spool.acknowledge(5, 0)
    expect(spool.nextBatch(ALL)).toBeUndefined()
  })

  it('remembers over a restart what the server has', async () => {
    const spool = await open()
    await write(spool, 1, 3)
    await spool.acknowledge(2, 0)
    await spool.flush()
    expect(texts(await open())).toEqual(['3 line 3'])
  })

  it('offers what comes after a restart at which the server had everything', async () => {
    const spool = await open()
    await write(spool, 1, 3)
    await spool.acknowledge(3, 0)
    await spool.flush()
    const again = await open()
    await write(again, 4, 1)
    expect(texts(again)).toEqual(['4 line 4'])
  })

  it('stays within its space while offline, gives up the oldest, and says how many', async () => {
    const spool = await open({ segmentBytes: 2000, segments: 4 })
    for (let n = 0; n < 40; n++) await write(spool, n * 10 + 1, 10, 'x'.repeat(40))
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size))
    expect(sizes).toHaveLength(4)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4 * 5000)
    const seen: number[] = []
    let dropped = 0
    for (let batch = spool.nextBatch(ALL); batch; batch = spool.nextBatch(ALL)) {
      seen.push(...batch.lines.map(({ number }) => number))
      dropped += batch.dropped
      await spool.acknowledge(seen.at(-1) ?? 0, batch.dropped)
    }
    expect(seen.at(-1)).toBe(400)
    expect(dropped + seen.length).toBe(400)
    expect(dropped).toBeGreaterThan(0)
  })

  it('deletes files that the server has all lines of', async () => {
    const spool = await open({ segmentBytes: 1000, segments: 10 })
    for (let n = 0; n < 5; n++) await write(spool, n * 10 + 1, 10, 'x'.repeat(40))
    expect((await readdir(folder)).length).toBeGreaterThan(3)
    for (let batch = spool.nextBatch(ALL); batch; batch = spool.nextBatch(ALL)) {
      await spool.acknowledge(batch.lines.at(-1)?.number ?? 0, 0)
    }
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('goes on above the numbers that the server knows when its own were lost', async () => {
    const spool = await open()
    await write(spool, 1, 2)
    await spool.acknowledge(500, 0)
    await write(spool, 3, 1)
    expect(texts(spool)).toEqual(['501 line 1', '502 line 2', '503 line 3'])
    await spool.acknowledge(502, 0)
    expect(texts(spool)).toEqual(['503 line 3'])
    await spool.flush()
    expect(texts(await open())).toEqual(['503 line 3'])
  })

  it('gives up lines that the server refuses, and counts them', async () => {
    const spool = await open()
    await write(spool, 1, 3)
    await spool.discard(2)
    expect(spool.nextBatch(ALL)).toMatchObject({ dropped: 2, lines: [{ number: 3 }] })
  })

  it('forgets the cursors of containers that are gone', async () => {
    const spool = await open()
    await write(spool, 1, 1)
    spool.keepCursors(['other'])
    expect(spool.cursor('c1')).toBeUndefined()
  })

  it('does not write when there is nothing to keep', async () => {
    const spool = await open()
    await write(spool, 1, 1)
    const [name = ''] = await readdir(folder)
    const before = await readFile(join(folder, name))
    await spool.flush()
    expect(await readFile(join(folder, name))).toEqual(before)
  })
})
