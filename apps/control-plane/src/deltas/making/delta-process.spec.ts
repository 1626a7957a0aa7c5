import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noise, sha256 } from '../testing/image-registry.js'
import { DeltaFailure } from './delta-failure.js'
import { makeInProcess } from './delta-process.js'
import { ScratchRoom } from './delta-scratch.js'

const MB = 1024 * 1024

describe('the process that makes a delta', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-delta-process-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function order(): Promise<Parameters<typeof makeInProcess>[0]> {
    const content = async (name: string) => {
      const tar = join(folder, name)
      const bytes = noise(MB, name)
      await writeFile(tar, bytes)
      return { layers: [{ diffId: sha256(bytes), tar }] }
    }
    return { from: await content('old'), to: await content('new'), out: join(folder, 'delta'), scratch: folder }
  }

  it('ends, and says so, when it takes more memory than it may', async () => {
    const made = makeInProcess(await order(), { memoryBytes: 4 * MB, signal: new AbortController().signal })
    await expect(made).rejects.toThrow(DeltaFailure)
    await expect(made).rejects.toThrow('DELTA_MEMORY_BYTES')
  })

  it('is killed when its time is over', async () => {
    const deadline = new AbortController()
    const made = makeInProcess(await order(), { memoryBytes: 512 * MB, signal: deadline.signal })
    deadline.abort(new Error('over'))
    await expect(made).rejects.toThrow('over')
  })

  it('may write so much, and leaves the disk its reserve', () => {
    expect(() => new ScratchRoom(10, 100).take(11)).toThrow(DeltaFailure)
    const nearlyFull = () => new ScratchRoom(100, 10).take(11)
    expect(nearlyFull).toThrow('too little room')
    expect(nearlyFull).not.toThrow(DeltaFailure)
    const room = new ScratchRoom(10, 10)
    room.take(10)
    expect(() => room.take(1)).toThrow(DeltaFailure)
  })
})
