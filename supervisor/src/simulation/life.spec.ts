import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { history } from './history.js'
import { Life } from './life.js'

// `LIVES=10000 LIVES_SEED=7` for a longer run; docs/reliability.md has the last one.
const LIVES = Number(process.env.LIVES ?? 1_000)
const SEED = Number(process.env.LIVES_SEED ?? 1)

describe('the life of a board', () => {
  it(`keeps the rules of safety and comes to rest, ${LIVES} times`, async () => {
    const isSafe = async (events: Parameters<Life['live']>[0]) => expect(await new Life().live(events)).toEqual([])
    await fc.assert(fc.asyncProperty(history, isSafe), { numRuns: LIVES, seed: SEED })
  }, 3_600_000)
})
