import { describe, expect, it } from '@jest/globals'
import { SCENARIOS } from './scenarios.js'
import { seededRandom, sweep } from './sweep.js'

const PAIRS = 5

describe('a power cut at any write to engine or disk', () => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    const { faults, points } = await sweep(scenario, PAIRS, seededRandom(1))
    expect(faults).toEqual([])
    expect(points).toBeGreaterThan(20)
  })
})
