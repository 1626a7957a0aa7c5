import { describe, expect, it } from '@jest/globals'
import { systemClock } from '../../edge/host/clock.js'
import { garbageCollector } from '../../testing/garbage-collector.js'
import { unlessSilent } from './unless-silent.js'

const PIECES = 200

describe('reading that is watched', () => {
  it('holds on to nothing that has passed', async () => {
    const collect = garbageCollector()
    const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
    const { signal } = new AbortController()
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < PIECES; n++) yield await Promise.resolve(new Uint8Array(1024))
    }
    const passed: WeakRef<Uint8Array>[] = []
    let held = Infinity
    for await (const piece of unlessSilent(pieces, { clock: systemClock, signal })) {
      passed.push(new WeakRef(piece))
      if (passed.length < PIECES) continue
      // Within its turn, a reference holds what it was made for.
      await nextTurn()
      collect()
      held = passed.filter((it) => it.deref() !== undefined).length
    }
    // The last ones are still in hands.
    expect(held).toBeLessThan(5)
  })
})
