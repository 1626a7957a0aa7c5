import type { Target } from '@flotilla/contracts'
import type { CurrentState, Requests } from '../current-state.js'
import type { AppMemory } from '../memory.js'
import type { Plan } from '../plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { advance } from '../trial/advance.js'
import { withCurrent } from './fake-engine.js'
import { APP_ID, targetOf, type AppInput } from './targets.js'
import { remembering, takeWatchedTurn, type TrialWorld } from './trial-world.js'
import { brief, deviceRunning, type World } from './world.js'

/*
 * Devices in the moments of an update that examples are about.
 */

/** A device that runs what `app` asks for, and has confirmed it. */
export function confirmedDevice(app: AppInput, behaviours: World['behaviours'] = {}): TrialWorld {
  const target = targetOf(app)
  const world = deviceRunning(app, behaviours)
  const memory = Object.fromEntries(target.apps.map((it) => [it.id, { good: it } satisfies AppMemory]))
  return remembering({ ...world, engine: withCurrent(world.engine, { memory }) })
}

/** The same device, where something else is so. */
export function seeing<W extends World>(world: W, changes: Partial<CurrentState>): W {
  return { ...world, engine: withCurrent(world.engine, changes) }
}

export function requesting<W extends World>(world: W, requests: Partial<Requests>): W {
  return seeing(world, {
    requests: { stopped: [], purge: [], forced: {}, ...world.engine.current.requests, ...requests },
  })
}

/** The plan of the device's next round, its memory brought up to date. */
export function planOf({ engine, watches }: TrialWorld, target: Target): Plan {
  const { current, clock: now } = engine
  const { memory } = advance(target, { ...current, watches }, { now, elapsedMs: 0 })
  return planNextSteps(target, { ...current, watches, memory }, now)
}

/** The device once it has nothing to do, nothing to wait for but another target, and nothing on trial. */
export function untilSettled(world: TrialWorld, target: Target, mostRounds = 80): TrialWorld {
  let now = world
  for (let round = 0; round < mostRounds; round++) {
    const turn = takeWatchedTurn(now, target)
    if (isAtRest(turn.plan) && !trialOfApp(now)) return now
    now = turn.world
  }
  throw new Error(`Nothing settled in ${mostRounds} rounds: ${JSON.stringify(planOf(now, target), null, 2)}`)
}

// A release that was given up is waited for until there is another one.
function isAtRest({ steps, waits }: Plan): boolean {
  return steps.length === 0 && waits.every((wait) => wait.housekeeping === true || wait.for === 'target-change')
}

export function stepsOf(world: TrialWorld, target: Target): string[] {
  return planOf(world, target).steps.map(brief)
}

export function reasonsOf(world: TrialWorld, target: Target): string[] {
  return planOf(world, target).waits.map(({ reason }) => reason)
}

export function trialOfApp({ engine }: World): AppMemory['trial'] {
  return engine.current.memory?.[APP_ID]?.trial
}
