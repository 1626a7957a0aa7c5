import { describe, expect, it } from '@jest/globals'
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { DataDisk } from './data-disk.js'

describe('the room for images', () => {
  const roomWith = async (bytesUnderWay?: () => number) => {
    const engine = { dataFolder: () => Promise.resolve(tmpdir()) }
    const { sources } = new DataDisk('/').part({ engine, offers: { bytesUnderWay } })
    return (await sources?.disk?.())?.freeBytes ?? 0
  }

  it('is what is free, and what images take that are half there: the plan wants room for them whole', async () => {
    const { blocks, bsize } = await statfs(tmpdir())
    const all = blocks * bsize
    expect(await roomWith()).toBeLessThan(all)
    expect(await roomWith(() => all)).toBeGreaterThan(all)
  })
})
