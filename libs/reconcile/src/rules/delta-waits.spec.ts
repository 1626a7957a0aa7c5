import { describe, expect, it } from '@jest/globals'
import { describePlan } from '../describe-plan.js'
import { imageOf, targetOf, withPolicy, type AppInput } from '../testing/targets.js'
import { remembering } from '../testing/trial-world.js'
import { confirmedDevice, planOf, seeing, stepsOf } from '../testing/updates.js'
import { newDevice, type World } from '../testing/world.js'

const one: AppInput = { release: 1, services: { web: {}, db: {} } }
const next = targetOf({ release: 2, version: '2.0.0', services: { web: { version: 2 }, db: { version: 2 } } })
const device = confirmedDevice(one)
const NOW = device.engine.clock
const web = imageOf('web', 2)
const db = imageOf('db', 2)

function awaiting<W extends World>(world: W, times: Record<string, number>): W {
  const awaitedDeltas = Object.fromEntries(Object.entries(times).map(([image, until]) => [image, { until }]))
  return seeing(world, { awaitedDeltas })
}

describe('a delta that is being made', () => {
  it('is waited for, while the other images are fetched', () => {
    const waiting = awaiting(device, { [web]: NOW + 60_000 })
    expect(stepsOf(waiting, next)).toEqual(['pull db'])
    expect(planOf(waiting, next).waits).toContainEqual({
      subject: 'release 2.0.0',
      appId: next.apps[0]!.id,
      for: 'delta',
      reason: 'The download of web for release 2.0.0 waits for its delta, which is being made.',
      until: NOW + 60_000,
    })
  })

  it('is waited for in one sentence where there are several, until the first of them', () => {
    const waiting = awaiting(device, { [web]: NOW + 90_000, [db]: NOW + 60_000 })
    const plan = planOf(waiting, next)
    expect(plan.steps).toEqual([])
    expect(describePlan(plan, NOW)).toContain(
      'The download of db and web for release 2.0.0 waits for their deltas, which are being made. ' +
        'It begins within a minute all the same.',
    )
  })

  it('is not waited for any longer than the policy says', () => {
    const late = awaiting(device, { [web]: NOW })
    expect(stepsOf(late, next)).toEqual(['pull db', 'pull web'])
    // The clock has been set back since, or the policy been changed.
    const strange = awaiting(device, { [web]: NOW + 61_000 })
    const policy = { transfers: { waitForDeltaSeconds: 60 } }
    expect(stepsOf(strange, withPolicy(next, policy))).toEqual(['pull db', 'pull web'])
    expect(stepsOf(awaiting(device, { [web]: NOW + 60_000 }), withPolicy(next, policy))).toEqual(['pull db'])
  })

  it('is not waited for where an operator wants the release now', () => {
    const waiting = awaiting(device, { [web]: NOW + 60_000 })
    const forced = withPolicy(next, { forcedReleaseId: next.apps[0]!.release.id })
    expect(stepsOf(waiting, forced)).toEqual(['pull db', 'pull web'])
  })

  it('is not waited for where nothing runs yet', () => {
    const first = awaiting(remembering(newDevice()), { [web]: NOW + 60_000 })
    expect(stepsOf(first, next)).toEqual(['pull db', 'pull web'])
  })

  it('does not hold up what is on its way already', () => {
    const fetching = seeing(awaiting(device, { [web]: NOW + 60_000 }), { downloading: [web] })
    expect(planOf(fetching, next).waits.map((wait) => wait.for)).not.toContain('delta')
  })
})
