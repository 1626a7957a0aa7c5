import { describe, expect, it } from '@jest/globals'
import type { Attempt } from '../current-state.js'
import type { Step } from '../plan.js'
import { startContainerKey } from '../step-key.js'
import { APP_ID, targetOf, type AppInput } from '../testing/targets.js'
import { liveFor, takeWatchedTurn } from '../testing/trial-world.js'
import { confirmedDevice, planOf, reasonsOf, seeing, stepsOf } from '../testing/updates.js'
import { changeContainer } from '../testing/fake-engine.js'
import { containerOf } from '../testing/world.js'

const one: AppInput = { release: 1, services: { db: {}, web: {} } }
const two: AppInput = { release: 2, services: { db: {}, web: { version: 2 } } }
const target = targetOf(one)
const confirmed = confirmedDevice(one)
const webId = containerOf(confirmed, 'web')?.id ?? ''
const stopped = { ...confirmed, engine: changeContainer(confirmed.engine, webId, { status: 'exited', exitCode: 255 }) }
const now = stopped.engine.clock

/** The engine keeps web from starting, which was tried so many times. */
function held(engineFaults: number | undefined, canRestartEngine = true) {
  const attempt: Attempt = { count: 4, nextAt: now + 10_000, error: 'the engine holds port 80', engineFaults }
  return seeing(stopped, { canRestartEngine, attempts: { [startContainerKey(webId)]: attempt } })
}

describe('an engine that holds what a container needs, for nobody', () => {
  it('is restarted once that is certain, alone', () => {
    expect(planOf(held(2), target).steps).toEqual([
      { kind: 'restart-engine', reason: 'it keeps web from starting, and holds for nobody what that needs' },
    ])
    const next = { ...one, release: 2, services: { ...one.services, more: {} } }
    expect(stepsOf(held(2), targetOf(next))).toEqual(['restart-engine'])
  })

  it('is restarted only once the other containers are as they should be', () => {
    const containers = held(2).engine.current.containers.filter(({ service }) => service !== 'db')
    expect(stepsOf(seeing(held(2), { containers }), target)).toEqual(['create db'])
  })

  it('is not restarted for what happened once, or has another cause', () => {
    expect(stepsOf(held(1), target)).toEqual([])
    expect(stepsOf(held(undefined), target)).toEqual([])
  })

  it('is left to people where it cannot be restarted from here, and the plan says what holds it up', () => {
    expect(stepsOf(held(2, false), target)).toEqual([])
    expect(reasonsOf(held(2, false), target)).toEqual(['Starting web failed 4 times: the engine holds port 80.'])
  })

  it('goes on as long as a service asks not to be stopped', () => {
    const locked = seeing(held(2), { locks: [{ appId: APP_ID, service: 'db', by: 'api' }] })
    expect(stepsOf(locked, target)).toEqual([])
    expect(planOf(locked, target).waits).toContainEqual(
      expect.objectContaining({
        subject: 'the engine',
        for: 'lock',
        reason: 'Restarting the engine waits for db, which asks not to be stopped over the local API.',
      }),
    )
  })

  it('is left alone for a while where the restart has just failed', () => {
    const attempts = {
      ...held(2).engine.current.attempts,
      'restart-engine': { count: 1, nextAt: now + 5000, error: 'no' },
    }
    const failed = seeing(held(2), { attempts })
    expect(stepsOf(failed, target)).toEqual([])
    expect(reasonsOf(failed, target)).toContain('Restarting the engine failed once: no.')
  })

  it('speaks neither for nor against a release that is tried', () => {
    const failure = (step: Step) => (step.kind === 'start-container' ? 'the engine holds port 80' : undefined)
    const world = liveFor({ ...confirmed, failure }, targetOf(two), 20).world
    const trying = (engineFaults?: number) => {
      const attempts = Object.fromEntries(
        Object.entries(world.engine.current.attempts).map(([key, it]) => [key, { ...it, count: 9, engineFaults }]),
      )
      return takeWatchedTurn(seeing(world, { attempts }), targetOf(two)).verdicts.map(({ code }) => code)
    }
    expect(trying()).toEqual(['cannot-start'])
    expect(trying(9)).toEqual([])
  })

  it('concerns nobody once the container is gone', () => {
    const gone = seeing(held(2), { containers: [] })
    expect(stepsOf(gone, target)).not.toContain('restart-engine')
  })
})
