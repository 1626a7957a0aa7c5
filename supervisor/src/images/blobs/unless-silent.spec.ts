import { describe, expect, it } from '@jest/globals'
import { systemClock } from '../../edge/host/clock.js'
import { unlessSilent } from './unless-silent.js'

const MB = 1024 * 1024

describe('reading that is watched', () => {
  it('holds on to nothing that has passed', async () => {
    const { signal } = new AbortController()
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 1_200; n++) {
        if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
        yield new Uint8Array(MB / 4)
      }
    }
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    for await (const _piece of unlessSilent(pieces, { clock: systemClock, signal })) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    // 300 MB have passed; what is left lying is only what nobody has swept up yet.
    expect(most).toBeLessThan(150 * MB)
  })
})
