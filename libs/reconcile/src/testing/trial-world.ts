import type { Target } from '@flotilla/contracts'
import type { DeviceMemory, TrialEvent, Verdict, Watch } from '../memory.js'
import type { Plan, Step } from '../plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { isLive } from '../restart-policy.js'
import { advance } from '../trial/advance.js'
import { noteRestored, noteSnapshot, noteSnapshotRemoved, noteStart, permit } from '../trial/notes.js'
import { reject, type Evidence } from '../trial/reject.js'
import { changeContainer, withCurrent } from './fake-engine.js'
import { brief, carryOut, letTimePass, type World } from './world.js'

/*
 * A device that remembers: the loop of the supervisor, with its memory, around the fake engine. The memory is what a
 * power cut leaves, the watches are what it takes.
 */

export interface TrialWorld extends World {
  watches: Record<string, Watch>
  events: TrialEvent[]
  // What the engine would tell of failed containers, by service.
  evidence?: Record<string, Evidence>
  // Since the round before, by a clock that never jumps.
  elapsedMs?: number
}

/** One round: what was decided, and the device afterwards. */
export interface Turn {
  world: TrialWorld
  plan: Plan
  verdicts: Verdict[]
  // What is remembered when the plan is made.
  memory: DeviceMemory
}

const ROUND_MS = 1000

export function remembering(world: World): TrialWorld {
  return { watches: {}, events: [], ...world }
}

/** One round: look, remember, judge, plan, carry out, note. */
export function takeWatchedTurn(world: TrialWorld, target: Target, { isHasty = false } = {}): Turn {
  const { engine, watches, elapsedMs = ROUND_MS } = world
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
  const later = letTimePass(done, isHasty ? plan : undefined)
  const next = { ...done, ...later, elapsedMs: later.engine.clock - now }
  return { world: next, plan, verdicts: result.verdicts, memory: judged.memory }
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

/** The supervisor starts again. What it saw is forgotten; downloads begin anew. */
export function restarted(world: TrialWorld): TrialWorld {
  const memory = noteStart(world.engine.current.memory ?? {})
  return { ...world, engine: withCurrent(world.engine, { memory, downloading: [] }), watches: {}, elapsedMs: 0 }
}

/** The power goes and comes back: programs end, and the engine is not as far as to start any again. */
export function powerCut(world: TrialWorld): TrialWorld {
  const live = world.engine.current.containers.filter(isLive)
  const died = { status: 'exited' as const, exitCode: 255, finishedAt: world.engine.clock }
  // The engine counts restarts anew.
  const end = { ...died, health: undefined, restartCount: 0, oomKilled: undefined }
  const engine = live.reduce((before, { id }) => changeContainer(before, id, end), world.engine)
  return restarted({ ...world, engine })
}

/** Somebody sets the clock; time itself goes on as ever. */
export function withClock(world: TrialWorld, byMs: number): TrialWorld {
  return { ...world, engine: { ...world.engine, clock: Math.max(1, world.engine.clock + byMs) } }
}

function carryOutAndNote(world: TrialWorld, step: Step): World['engine'] {
  const hasFailed = world.failure?.(step, world.engine) !== undefined
  const engine = carryOut(world, step)
  return hasFailed ? engine : withCurrent(engine, { memory: noted(engine.current.memory ?? {}, step) })
}

function noted(memory: DeviceMemory, step: Step): DeviceMemory {
  switch (step.kind) {
    case 'begin-switch':
      return permit(memory, step)
    case 'snapshot-volume':
      return noteSnapshot(memory, step)
    case 'restore-volume':
      return noteRestored(memory, step)
    case 'remove-snapshot':
      return noteSnapshotRemoved(memory, step)
    default:
      return memory
  }
}

function withoutForces({ engine }: World, spent: readonly string[]) {
  const { requests } = engine.current
  if (!requests || spent.length === 0) return requests
  const forced = Object.entries(requests.forced).filter(([appId]) => !spent.includes(appId))
  return { ...requests, forced: Object.fromEntries(forced) }
}
