import type { Plan, Wait } from '@flotilla/reconcile'
import { describe, expect, it } from '@jest/globals'
import { EventRecorder } from '../events.js'
import { StatusBoard, type Status } from '../status-board.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import { HeldUp } from './held-up.js'

describe('an update that is held up', () => {
  const clock = new FakeClock()
  const spool = new MemoryEventSpool()
  const board = new StatusBoard()
  new HeldUp(board, new EventRecorder(spool, clock, silentLog()), clock)
  const lock: Wait = { subject: 'web', appId: 'app', service: 'web', for: 'lock', reason: 'web holds a lock.' }
  const show = async (...waits: Wait[]) => {
    const plan: Plan = { steps: [], waits }
    board.show({ plan } as Status)
    await clock.advance(60_000)
    return spool.all.map(({ detail }) => detail.for)
  }

  it('is told of when it begins to wait for something that a person can change', async () => {
    expect(await show({ ...lock, for: 'image' })).toEqual([])
    expect(await show(lock, { ...lock, for: 'image' })).toEqual(['lock'])
    expect(await show(lock)).toEqual(['lock'])
    expect(await show(lock, { ...lock, service: undefined, for: 'switch-window' })).toEqual(['lock', 'switch-window'])
  })

  it('is told of again after an hour, and not each time that a lock is taken', async () => {
    await show()
    expect(await show(lock)).toHaveLength(2)
    await show()
    await clock.advance(3_600_000)
    expect(await show(lock)).toHaveLength(3)
    expect(spool.all.at(-1)?.detail).toEqual({ appId: 'app', service: 'web', for: 'lock', reason: lock.reason })
  })
})
