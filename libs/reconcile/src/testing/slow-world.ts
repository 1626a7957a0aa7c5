import type { Target } from '@flotilla/contracts'
import type { Step } from '../plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { EngineRefusal } from './fake-engine.js'
import { carryOut, isAtRest, letTimePass, type World } from './world.js'

/*
 * A device whose steps take their time: plans are made while steps of former ones still run, as the supervisor does it,
 * with at most one step at a time for each service, network, volume and image.
 */

interface Running {
  step: Step
  // Rounds until it takes effect.
  left: number
}

/** `delays` are taken in turn, one for each step that begins. */
export function liveSlowly(world: World, target: Target, delays: readonly number[], mostRounds: number): World {
  let now = world
  let running: Running[] = []
  let begun = 0
  for (let round = 0; round < mostRounds; round++) {
    const plan = planNextSteps(target, now.engine.current, now.engine.clock)
    if (running.length === 0 && isAtRest(now, plan)) return now
    for (const step of plan.steps) {
      if (running.some((it) => resourceOf(it.step) === resourceOf(step))) continue
      running.push({ step, left: delays[begun++ % delays.length] ?? 0 })
    }
    const ended = running.filter(({ left }) => left === 0)
    running = running.filter(({ left }) => left > 0).map(({ step, left }) => ({ step, left: left - 1 }))
    now = ended.reduce((before, { step }) => ({ ...before, engine: carryOutLate(before, step) }), now)
    now = letTimePass(now, running.length === 0 ? plan : undefined)
  }
  return now
}

// The state may have changed since the step was planned; a refusal is then a failure like any other.
function carryOutLate(world: World, step: Step): World['engine'] {
  try {
    return carryOut(world, step)
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error
    return carryOut({ ...world, failure: () => error.message }, step)
  }
}

function resourceOf(step: Step): string {
  if ('service' in step) return `${step.appId} ${step.service}`
  if ('image' in step) return step.image
  return `${step.kind.split('-')[1] ?? ''} ${'name' in step ? step.name : ''}`
}
