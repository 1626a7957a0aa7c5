import { describe, expect, it } from '@jest/globals'
import { APP_ID, imageOf, targetOf, type AppInput, type ServiceInput } from '../testing/targets.js'
import { liveFor, withClock, type TrialWorld } from '../testing/trial-world.js'
import { confirmedDevice, reasonsOf, seeing } from '../testing/updates.js'

const app = (spec: ServiceInput = {}): AppInput => ({ release: 1, services: { web: spec } })
const target = targetOf(app())
const sick = { hasHealthCheck: true, isUnhealthy: true }
const sicken = (world: TrialWorld, behaviour = sick): TrialWorld => ({ ...world, behaviours: { web: behaviour } })
const restarts = (trace: string[]) => trace.filter((line) => line === 'stop web').length
const sicknessOf = ({ engine }: TrialWorld) => engine.current.memory?.[APP_ID]?.sickness?.web

describe('an unhealthy service', () => {
  it('is restarted at once, and then less and less often', () => {
    const world = sicken(confirmedDevice(app()))
    expect(restarts(liveFor(world, target, 10).trace)).toBe(1)
    expect(restarts(liveFor(world, target, 60).trace)).toBe(1)
    expect(restarts(liveFor(world, target, 80).trace)).toBe(2)
    expect(restarts(liveFor(world, target, 3600).trace)).toBe(6)
  })

  it('starts again each time', () => {
    const { trace } = liveFor(sicken(confirmedDevice(app())), target, 10)
    expect(trace).toEqual(['stop web', 'start web'])
  })

  it('is waited for in words', () => {
    const { world } = liveFor(sicken(confirmedDevice(app())), target, 20)
    expect(reasonsOf(world, target)).toEqual(['web is unhealthy, the second time lately, and will be restarted.'])
  })

  it('is restarted as if for the first time once it was well for an hour', () => {
    const first = liveFor(sicken(confirmedDevice(app())), target, 200).world
    const mended = liveFor(sicken(first, { ...sick, isUnhealthy: false }), target, 200).world
    expect(sicknessOf(mended)).toMatchObject({ count: 4, isUnhealthy: false })
    const { world } = liveFor(withClock(mended, 3_600_000), target, 3)
    expect(sicknessOf(world)).toBeUndefined()
  })

  it('is left alone where nobody would start it again', () => {
    const job = app({ restart: { name: 'no' } })
    expect(liveFor(sicken(confirmedDevice(job)), targetOf(job), 100).trace).toEqual([])
  })

  it('of the present release is restarted while the next one is on its way', () => {
    const next = targetOf({ release: 2, services: { web: { version: 2 } } })
    const failure: TrialWorld['failure'] = (step) => (step.kind === 'pull-image' ? 'no route to host' : undefined)
    const { trace } = liveFor({ ...sicken(confirmedDevice(app())), failure }, next, 10)
    expect(trace.filter((line) => !line.includes('pull'))).toEqual(['stop web', 'start web'])
  })

  it('is not stopped against a lock', () => {
    const locks = [{ appId: APP_ID, service: 'web', by: 'file' as const }]
    const world = seeing(sicken(confirmedDevice(app())), { locks })
    expect(restarts(liveFor(world, target, 100).trace)).toBe(0)
  })

  it('is not restarted while it is judged: it goes back', () => {
    const next = targetOf({ release: 2, services: { web: { version: 2 } } })
    const world = { ...confirmedDevice(app()), behaviours: { [imageOf('web', 2)]: sick } }
    const { trace, world: end } = liveFor(world, next, 40)
    expect(restarts(trace)).toBe(2)
    expect(end.engine.current.memory?.[APP_ID]).toMatchObject({ rejected: { isBack: true } })
    expect(sicknessOf(end)).toBeUndefined()
  })

  it('is not held for years by a clock that was set back', () => {
    const ahead = withClock(confirmedDevice(app()), 200 * 86_400_000)
    const world = liveFor(sicken(ahead), target, 20).world
    expect(restarts(liveFor(withClock(world, -100 * 86_400_000), target, 10).trace)).toBe(1)
  })
})
