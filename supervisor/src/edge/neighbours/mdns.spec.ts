import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { MdnsPresence } from './mdns.js'

const TRIES = 20

describe('a board whose port for multicast DNS another program has for itself', () => {
  let other: Socket
  beforeEach(async () => {
    other = createSocket('udp4').bind(0, '0.0.0.0')
    await once(other, 'listening')
  })
  afterEach(() => void other.close())

  const openFiles = async () => (await readdir('/proc/self/fd')).length

  it('is told so, survives it, and keeps nothing of its tries', async () => {
    const uncaught: unknown[] = []
    const note = (error: unknown) => uncaught.push(error)
    process.on('uncaughtException', note)
    const before = await openFiles()
    for (let nth = 0; nth < TRIES; nth++) {
      const opening = MdnsPresence.open(
        { deviceId: randomUUID(), mark: 'mark', port: 1 },
        { networkInterface: '127.0.0.1', port: other.address().port },
      )
      await expect(opening).rejects.toThrow('EADDRINUSE')
    }
    process.off('uncaughtException', note)
    expect(uncaught).toEqual([])
    expect((await openFiles()) - before).toBeLessThan(TRIES / 2)
  })
})
