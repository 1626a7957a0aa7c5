import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../testing/memory-store.js'
import { DiskEventSpool } from './event-spool.js'

describe('the event spool', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fevents-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const path = () => join(folder, 'events.jsonl')
  const open = () => DiskEventSpool.open(path(), silentLog())
  const event = (name: string) => ({ at: '2026-11-21T08:00:00Z', kind: 'step-done', detail: { name } })
  const names = (spool: DiskEventSpool) => spool.pending(9999).map(({ number, detail }) => [number, detail.name])

  it('numbers events one by one, and keeps them and their times over a restart', async () => {
    const spool = await open()
    await Promise.all([spool.append(event('a')), spool.append(event('b')), spool.append(event('c'))])
    const again = await open()
    expect(names(again)).toEqual([[1, 'a'], [2, 'b'], [3, 'c']]) // prettier-ignore
    expect(again.pending(1)[0]?.at).toBe('2026-11-21T08:00:00Z')
  })

  it('lets go of what the server has, and never gives a number twice', async () => {
    const spool = await open()
    await spool.append(event('a'))
    await spool.append(event('b'))
    await spool.acknowledge(2)
    expect(spool.pending(10)).toEqual([])
    const again = await open()
    await again.append(event('c'))
    expect(names(again)).toEqual([[3, 'c']])
  })

  it('goes on after an event that a cut tore, though the disk has no room for another file', async () => {
    await (await open()).append(event('a'))
    await appendFile(path(), Buffer.from('{"event":{"number":2,"kind":"\xc3', 'latin1'))
    await mkdir(`${path()}.tmp`)
    const spool = await open()
    expect(names(spool)).toEqual([[1, 'a']])
    await spool.append(event('b'))
    expect(names(await open())).toEqual([[1, 'a'], [2, 'b']]) // prettier-ignore
  })

  it('gives what can be read of a spoiled file, though the disk takes nothing', async () => {
    await (await open()).append(event('a'))
    await appendFile(path(), 'spoiled\n')
    await mkdir(`${path()}.tmp`)
    expect(names(await open())).toEqual([[1, 'a']])
  })

  it('loses only the event that was being written when the power went', async () => {
    const spool = await open()
    await spool.append(event('a'))
    await spool.append(event('b'))
    await truncate(path(), (await readFile(path())).length - 7)
    const again = await open()
    await again.append(event('c'))
    expect(names(await open())).toEqual([[1, 'a'], [2, 'c']]) // prettier-ignore
  })

  it('keeps what can be read of a spoiled file', async () => {
    const spool = await open()
    await spool.append(event('a'))
    await appendFile(path(), 'spoiled\n')
    await (await open()).append(event('b'))
    expect(names(await open())).toEqual([[1, 'a'], [2, 'b']]) // prettier-ignore
    expect(await readFile(`${path()}.corrupt-1`, 'utf8')).toContain('spoiled')
  })

  it('goes on above the numbers that the server knows when its own were lost', async () => {
    await writeFile(path(), '')
    const spool = await open()
    await spool.append(event('a'))
    await spool.append(event('b'))
    await spool.acknowledge(40)
    expect(names(spool)).toEqual([[41, 'a'], [42, 'b']]) // prettier-ignore
    expect(names(await open())).toEqual(names(spool))
  })

  it('forgets the oldest of very many, says how many, and does not let its file grow for ever', async () => {
    const openSmall = () => DiskEventSpool.open(path(), silentLog(), { events: 20, stale: 5 })
    const spool = await openSmall()
    for (let n = 1; n <= 60; n++) await spool.append(event(`e${n}`))
    expect(names(spool)).toHaveLength(20)
    expect(names(spool)[1]).toEqual([42, 'e42'])
    expect(spool.pending(1)).toEqual([
      { number: 41, at: '2026-11-21T08:00:00Z', kind: 'events-dropped', detail: { count: 41, since: event('').at } },
    ])
    expect((await openSmall()).pending(99)).toEqual(spool.pending(99))
    expect((await readFile(path(), 'utf8')).split('\n').length).toBeLessThan(30)
  })
})
