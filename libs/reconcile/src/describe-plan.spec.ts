import { describe, expect, it } from '@jest/globals'
import { describePlan, planActivity } from './describe-plan.js'
import type { Plan } from './plan.js'
import { planNextSteps } from './plan-next-steps.js'
import { stepKey } from './step-key.js'
import { withCurrent } from './testing/fake-engine.js'
import { imageOf, targetOf, type AppInput } from './testing/targets.js'
import { deviceRunning, newDevice, type World } from './testing/world.js'

const NOW = 1_000_000

function planOf({ engine }: World, app: AppInput): Plan {
  return planNextSteps(targetOf(app), engine.current, NOW)
}

function failing(world: World, app: AppInput, nextAt: number): World {
  const [step] = planOf(world, app).steps
  const attempts = { [stepKey(step!)]: { count: 2, nextAt, error: 'no space left on device' } }
  return { ...world, engine: withCurrent(world.engine, { attempts }) }
}

describe('the description of a plan', () => {
  it('says what is done, why, and what waits for what', () => {
    const db = { restart: { name: 'no' as const } }
    const before = deviceRunning({ services: { web: {}, db } }, { db: { exitCode: 1 } })
    const web = { environment: { A: '1' }, dependsOn: { db: { condition: 'service_completed_successfully' as const } } }
    expect(describePlan(planOf(before, { services: { web, db } }), NOW)).toBe(
      'web waits for db to complete: it ended with exit code 1.',
    )
    expect(describePlan(planOf(before, { services: { web: { environment: { A: '1' } }, db } }), NOW)).toBe(
      'Stopping web: its configuration changes.\nweb waits for its former container to go.',
    )
  })

  it('says how much is downloaded', () => {
    expect(describePlan(planOf(newDevice(), { services: { web: {} } }), NOW)).toBe(
      'Downloading the image of web (1.0 MB).\nweb waits for its image.',
    )
  })

  it.each([
    [500, 'in a few seconds'],
    [29_500, 'within a minute'],
    [61_000, 'within 2 minutes'],
    [3_600_000, 'within 60 minutes'],
  ])('says roughly when a failed step is tried again: after %i ms, %s', (ms, soon) => {
    const app = { services: { web: {} } }
    const plan = planOf(failing(newDevice(), app, NOW + ms), app)
    const failure = 'Downloading the image of web failed 2 times: no space left on device.'
    expect(describePlan(plan, NOW)).toContain(`${failure} Next try ${soon}.`)
  })

  it('is the same from one round to the next while nothing happens', () => {
    const app = { services: { web: {} } }
    const plan = planOf(failing(newDevice(), app, NOW + 600_000), app)
    expect(describePlan(plan, NOW + 5000)).toBe(describePlan(plan, NOW))
  })

  it('stays short, however much there is to say', () => {
    const names = Array.from({ length: 40 }, (_, i) => `service-${i}`)
    const plan = planOf(newDevice(), { services: Object.fromEntries(names.map((name) => [name, {}])) })
    const lines = describePlan(plan, NOW).split('\n')
    expect(lines).toHaveLength(8)
    expect(lines.at(-1)).toBe('And 73 more.')
    const long: Plan = { steps: [], waits: [{ subject: 'web', for: 'stop', reason: 'x'.repeat(9000) }] }
    expect(describePlan(long, NOW).length).toBeLessThan(400)
  })

  it('is empty for a device that is as it should be', () => {
    expect(describePlan({ steps: [], waits: [] }, NOW)).toBe('')
  })
})

describe('the activity of a device', () => {
  const app: AppInput = { services: { web: {} } }
  const activity = (world: World, next: AppInput = app) => planActivity(planOf(world, next), world.engine.current)

  it('is settled, updating or waiting', () => {
    expect(activity(deviceRunning(app))).toBe('settled')
    expect(activity(deviceRunning(app), { services: { web: { version: 2 } } })).toBe('updating')
    const engine = withCurrent(newDevice().engine, { downloading: [imageOf('web')] })
    expect(activity({ engine })).toBe('waiting')
  })

  it('is failing before a failed step’s next turn, and during it', () => {
    expect(activity(failing(newDevice(), app, NOW + 5000))).toBe('failing')
    expect(activity(failing(newDevice(), app, NOW))).toBe('failing')
  })

  it('stays settled where an old image cannot be removed', () => {
    const world = deviceRunning(app)
    const withOld = { engine: withCurrent(world.engine, { images: [...world.engine.current.images, imageOf('old')] }) }
    expect(activity(failing(withOld, app, NOW + 5000))).toBe('settled')
  })
})
