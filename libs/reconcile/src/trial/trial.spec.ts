import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import { APP_ID, imageOf, targetOf, type AppInput } from '../testing/targets.js'
import { liveFor, remembering, type TrialWorld } from '../testing/trial-world.js'
import { containerOf, newDevice, type Behaviour } from '../testing/world.js'

const one: AppInput = { release: 1, services: { web: {} } }
const two: AppInput = { release: 2, services: { web: { version: 2 } } }
const good = (world: TrialWorld) => world.engine.current.memory?.[APP_ID]?.good?.release.version

function confirmedDevice(app: AppInput, behaviours: Record<string, Behaviour> = {}): TrialWorld {
  return liveFor(remembering(newDevice(behaviours)), targetOf(app), 80).world
}

function failing(world: TrialWorld, target: Target, behaviour: Behaviour): TrialWorld {
  return liveFor({ ...world, behaviours: { [imageOf('web', 2)]: behaviour } }, target, 30).world
}

describe('a release that is tried', () => {
  it('is confirmed once it was well for its confirm time', () => {
    const almost = liveFor(remembering(newDevice()), targetOf(one), 60).world
    expect(good(almost)).toBeUndefined()
    const { world } = liveFor(almost, targetOf(one), 10)
    expect(good(world)).toBe('1.0.0')
    expect(world.events.map(({ kind }) => kind)).toEqual(['release-confirmed'])
  })

  it('goes back to the last good one when it crashes again and again', () => {
    const world = failing(confirmedDevice(one), targetOf(two), { exitCode: 1 })
    expect(containerOf(world, 'web')).toMatchObject({ image: imageOf('web', 1), status: 'running' })
    expect(world.engine.current.memory?.[APP_ID]?.rejected?.rejection).toMatchObject({
      code: 'crash-loop',
      reason: expect.stringMatching(/^web ended with exit code 1, three times within \d+ seconds\.$/),
    })
    expect(world.events.map(({ kind }) => kind)).toEqual(['release-confirmed', 'release-rejected', 'rolled-back'])
  })
})
