import { describe, expect, it } from '@jest/globals'
import { DeviceStateSchema, type AppState } from '@flotilla/contracts'
import { appStates } from '../app-states.js'
import { describePlan, planActivity } from '../describe-plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { APP_ID, imageOf, releaseId, targetOf } from '../testing/targets.js'
import { liveFor, remembering, type TrialWorld } from '../testing/trial-world.js'
import { confirmedDevice } from '../testing/updates.js'
import { newDevice } from '../testing/world.js'

const one = targetOf({ release: 1, services: { web: {} } })
const two = targetOf({ release: 2, services: { web: { version: 2 } } })
const crashing = { [imageOf('web', 2)]: { exitCode: 1 }, web: {} }
const confirmed = (behaviours = {}) => ({ ...confirmedDevice({ release: 1, services: { web: {} } }), behaviours })

function told({ engine, watches }: TrialWorld, target = two): { text: string; activity: string; state: AppState } {
  const current = { ...engine.current, watches }
  const plan = planNextSteps(target, current, engine.clock)
  const apps = appStates({ target, current, plan, now: engine.clock })
  DeviceStateSchema.parse({ apps })
  return {
    text: describePlan(plan, engine.clock),
    activity: planActivity(plan, current),
    state: apps[APP_ID]!,
  }
}

describe('a device', () => {
  it('says of a release that is watched how long that takes yet, and says the same for a while', () => {
    const texts = [12, 20, 30, 40, 50, 60].map((seconds) => told(liveFor(confirmed(), two, seconds).world).text)
    expect(texts).toEqual([
      'Release 2.0.0 is being watched for up to 60 s more.',
      'Release 2.0.0 is being watched for up to 60 s more.',
      'Release 2.0.0 is being watched for up to 40 s more.',
      'Release 2.0.0 is being watched for up to 40 s more.',
      'Release 2.0.0 is being watched for up to 20 s more.',
      'Release 2.0.0 is being watched for up to 10 s more.',
    ])
  })

  it('reports what is tried, beside what was confirmed last', () => {
    const { state, activity } = told(liveFor(confirmed(), two, 20).world)
    expect(state).toMatchObject({
      releaseId: releaseId(2),
      confirmedReleaseId: releaseId(1),
      trial: { releaseId: releaseId(2) },
    })
    expect(activity).toBe('waiting')
  })

  it('reports no trial of what is only being downloaded', () => {
    expect(told(liveFor(confirmed(), two, 1).world).state.trial).toBeUndefined()
  })

  it('is settled once it is confirmed', () => {
    const { text, activity, state } = told(liveFor(confirmed(), two, 90).world)
    expect({ text, activity }).toEqual({ text: '', activity: 'settled' })
    expect(state).toMatchObject({ confirmedReleaseId: releaseId(2), releaseId: releaseId(2) })
    expect(state).not.toHaveProperty('trial')
  })

  it('says why it went back, when, and to what', () => {
    const { text, activity, state } = told(liveFor(confirmed(crashing), two, 60).world)
    expect(text).toMatch(
      /^Release 2\.0\.0 was given up at 1970-01-01 00:1\d UTC: web ended with exit code 1, three times within \d+ seconds\. The device went back to release 1\.0\.0\.$/,
    )
    expect(activity).toBe('waiting')
    expect(state).toMatchObject({
      releaseId: releaseId(1),
      confirmedReleaseId: releaseId(1),
      rejected: { releaseId: releaseId(2), code: 'crash-loop' },
    })
  })

  it('says what it does on the way back', () => {
    let world: TrialWorld = confirmed(crashing)
    while (!world.engine.current.memory?.[APP_ID]?.rejected) world = liveFor(world, two, 1).world
    expect(told(world).text).toContain('The device goes back to release 1.0.0.')
  })

  it('says of a first release that it keeps trying, and when', () => {
    const world = liveFor(remembering(newDevice(crashing)), two, 30).world
    const { text, activity, state } = told(world)
    expect(text).toMatch(
      /^Release 2\.0\.0 failed at .* UTC: web ended with exit code 1, three times within \d+ seconds\. There is no earlier release to go back to, so the device keeps trying\. Next try within a minute\.$/,
    )
    expect(activity).toBe('failing')
    expect(state.trial).toMatchObject({ releaseId: releaseId(2), failures: 1, lastFailure: { code: 'crash-loop' } })
  })

  it('says that the health of what it watches is not known yet', () => {
    const target = { ...two, policy: { ...two.policy, confirmSeconds: 0 } }
    const health = { hasHealthCheck: true }
    let world: TrialWorld = confirmed({ [imageOf('web', 2)]: health })
    const isStarting = () => world.engine.current.containers.some((it) => it.health === 'starting')
    while (!isStarting()) world = liveFor(world, target, 1).world
    const { world: seen } = liveFor({ ...world, behaviours: {} }, target, 1)
    expect(told(seen, target).text).toBe('Release 2.0.0 is being watched: its health is not known yet.')
  })

  it('says of a service that it ran out of memory', () => {
    const memory = { exitCode: 137, isOutOfMemory: true }
    const world = liveFor({ ...confirmed(), behaviours: { web: memory } }, one, 3).world
    const { state } = told(world, one)
    expect(state.services.web).toMatchObject({
      oomKilled: true,
      error: 'It was killed because it ran out of memory.',
    })
  })
})
