import { describe, expect, it } from '@jest/globals'
import type { Attempt } from '../current-state.js'
import { planNextSteps } from '../plan-next-steps.js'
import { isSettled } from '../plans.js'
import { stepKey } from '../step-key.js'
import { withCurrent } from '../testing/fake-engine.js'
import { imageOf, targetOf } from '../testing/targets.js'
import { deviceRunning, newDevice, settle, type World } from '../testing/world.js'
import { LONGEST_BACK_OFF_MS } from './back-off.js'

const target = targetOf({ services: { web: {}, db: {} } })
const NOW = 1_000_000

/** The plan after the first of the steps that would be next has failed. */
function planAfterFailure(world: World, attempt: Partial<Attempt> = {}, next = target) {
  const { current } = world.engine
  const [step] = planNextSteps(next, current, NOW).steps
  const attempts = { [stepKey(step!)]: { count: 1, nextAt: NOW + 5000, error: 'no route to host', ...attempt } }
  return planNextSteps(next, { ...current, attempts }, NOW)
}

describe('a step that has failed', () => {
  it('waits for its next turn, and the others go on', () => {
    const plan = planAfterFailure(newDevice(), { count: 3 })
    expect(plan.steps).toMatchObject([{ kind: 'pull-image', services: ['web'] }])
    expect(plan.waits).toContainEqual({
      subject: 'db',
      appId: target.apps[0]!.id,
      service: 'db',
      for: 'back-off',
      reason: 'Downloading the image of db failed 3 times: no route to host.',
      until: NOW + 5000,
      error: 'no route to host',
    })
  })

  it('is tried again when its time has come', () => {
    expect(planAfterFailure(newDevice(), { nextAt: NOW }).steps).toHaveLength(2)
  })

  it('is not held for years by a time that a wrong clock wrote', () => {
    expect(planAfterFailure(newDevice(), { nextAt: NOW + LONGEST_BACK_OFF_MS }).steps).toHaveLength(1)
    expect(planAfterFailure(newDevice(), { nextAt: NOW + LONGEST_BACK_OFF_MS + 1 }).steps).toHaveLength(2)
  })

  it('starts afresh with another target', () => {
    const failed = planAfterFailure(newDevice())
    expect(failed.steps).toHaveLength(1)
    const other = targetOf({ services: { web: { version: 2 }, db: { version: 2 } } })
    const [step] = planNextSteps(target, newDevice().engine.current, NOW).steps
    const attempts = { [stepKey(step!)]: { count: 1, nextAt: NOW + 5000, error: 'x' } }
    expect(planNextSteps(other, { ...newDevice().engine.current, attempts }, NOW).steps).toHaveLength(2)
  })

  it('leaves the device settled where it only clears away an old image', () => {
    const { engine } = deviceRunning({ services: { web: {}, db: {} } })
    const withOld = { engine: withCurrent(engine, { images: [...engine.current.images, imageOf('old')] }) }
    const plan = planAfterFailure(withOld)
    expect(plan.waits).toMatchObject([{ for: 'back-off', housekeeping: true }])
    expect(isSettled(plan)).toBe(true)
  })

  it('is done in the end', () => {
    const failure: World['failure'] = (step, { current }) =>
      (current.attempts[stepKey(step)]?.count ?? 0) < 2 ? 'no route to host' : undefined
    const { plan, world } = settle({ ...newDevice(), failure }, target)
    expect(isSettled(plan)).toBe(true)
    expect(world.engine.current.attempts).toEqual({})
  })
})
