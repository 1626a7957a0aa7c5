import type { Target } from '@flotilla/contracts'
import type { TrialEvent, Watch } from '../memory.js'
import type { Plan, Step } from '../plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { advance } from '../trial/advance.js'
import { noteRestored, noteSnapshot, noteSnapshotRemoved, noteStart, permit } from '../trial/notes.js'
import { reject, type Evidence } from '../trial/reject.js'
import { changeContainer, withCurrent } from './fake-engine.js'
import { brief, carryOut, letTimePass, type World } from './world.js'

/*
 * A device that remembers: the loop of the supervisor, with its memory, around the fake engine. What is written is what
 * a power cut leaves; watches and attempts' clocks are handled as the agent does.
 */

export interface TrialWorld extends World {
  watches: Record<string, Watch>
  events: TrialEvent[]
  // What the engine would tell of failed containers, by service.
  evidence?: Record<string, Evidence>
}

const ROUND_MS = 1000

export function remembering(world: World): TrialWorld {
  return { watches: {}, events: [], ...world }
}

/** One round: look, remember, judge, plan, carry out, note. */
export function takeWatchedTurn(
  world: TrialWorld,
  target: Target,
  elapsedMs = ROUND_MS,
): { world: TrialWorld; plan: Plan } {
  const { engine, watches } = world
  const { clock: now } = engine
  const result = advance(target, { ...engine.current, watches }, { now, elapsedMs })
  const judged = result.verdicts.reduce(
    (before, verdict) => {
      const { memory, events } = reject(before.memory, verdict, { at: now, evidence: world.evidence ?? {} })
      return { memory, events: [...before.events, ...events] }
    },
    { memory: result.memory, events: [...world.events, ...result.events] },
  )
  const attempts = result.forgetAttempts ? {} : engine.current.attempts
  const requests = withoutForces(world, result.spentRequests)
  const current = { ...engine.current, memory: judged.memory, attempts, ...(requests && { requests }) }
  const watched = { ...world, engine: { ...engine, current }, watches: result.watches, events: judged.events }
  const plan = planNextSteps(target, { ...current, watches: result.watches }, now)
  const done = carryOutAll(watched, plan.steps)
  return { world: { ...done, ...letTimePass(done) }, plan }
}

export function carryOutAll(world: TrialWorld, steps: readonly Step[]): TrialWorld {
  return steps.reduce((before, step) => ({ ...before, engine: carryOutAndNote(before, step) }), world)
}

/** Rounds of one second each; what was done in each that did something. */
export function liveFor(world: TrialWorld, target: Target, rounds: number): { world: TrialWorld; trace: string[] } {
  const trace: string[] = []
  for (let round = 0; round < rounds; round++) {
    const turn = takeWatchedTurn(world, target)
    if (turn.plan.steps.length > 0) trace.push(turn.plan.steps.map(brief).join(', '))
    world = turn.world
  }
  return { world, trace }
}

/** The supervisor starts again; `containersEnd`: with the board. */
export function restarted(world: TrialWorld, containersEnd = false): TrialWorld {
  const { current } = world.engine
  const memory = noteStart(current.memory ?? {})
  const engine = withCurrent(world.engine, { memory, downloading: [] })
  const after = containersEnd
    ? current.containers
        .filter(({ status }) => status === 'running')
        .reduce(
          (before, { id }) => changeContainer(before, id, { restartCount: 0, health: undefined, oomKilled: undefined }),
          engine,
        )
    : engine
  return { ...world, engine: after, watches: {} }
}

function carryOutAndNote(world: TrialWorld, step: Step): World['engine'] {
  const engine = carryOut(world, step)
  const memory = engine.current.memory ?? {}
  // A failed deed is not noted.
  if (world.failure?.(step, world.engine) !== undefined) return engine
  switch (step.kind) {
    case 'begin-switch':
      return withCurrent(engine, { memory: permit(memory, step) })
    case 'snapshot-volume':
      return withCurrent(engine, { memory: noteSnapshot(memory, step) })
    case 'restore-volume':
      return withCurrent(engine, { memory: noteRestored(memory, step) })
    case 'remove-snapshot':
      return withCurrent(engine, { memory: noteSnapshotRemoved(memory, step) })
    default:
      return engine
  }
}

function withoutForces({ engine }: World, spent: readonly string[]) {
  const { requests } = engine.current
  if (!requests || spent.length === 0) return requests
  const forced = Object.entries(requests.forced).filter(([appId]) => !spent.includes(appId))
  return { ...requests, forced: Object.fromEntries(forced) }
}
