import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import fc from 'fast-check'
import type { CurrentState } from './current-state.js'
import type { Plan, Step } from './plan.js'
import { planNextSteps } from './plan-next-steps.js'
import { stepKey } from './step-key.js'
import { anyState, anyTarget, BEHAVIOURS, reachableTarget } from './testing/arbitraries.js'
import { changeContainer, emptyEngine, withCurrent, type Engine } from './testing/fake-engine.js'
import { breaches, differences } from './testing/oracle.js'
import { liveSlowly } from './testing/slow-world.js'
import { isAtRest, takeTurn, type World } from './testing/world.js'

const RUNS = { numRuns: 400 }
// For properties that live through whole updates.
const LIVES = { numRuns: 100 }
// They share a small machine with all other suites.
const PATIENCE_MS = 180_000
const NOW = 1_000_000
// Far more rounds than the longest chain of services needs.
const MOST_ROUNDS = 80

const absurd = anyTarget.chain((target) => fc.tuple(fc.constant(target), anyState(target)))
// No target is reached where a one-shot has failed that others wait for, or a service has ended that others live in.
const reachable = reachableTarget.chain((target) =>
  fc.tuple(fc.constant(target), anyState(target).map(withoutFailures)),
)
/** A device in the middle of an update from one target to the next. */
const midUpdate = fc
  .tuple(reachableTarget, reachableTarget, fc.nat({ max: 25 }))
  .map(([before, target, rounds]) => ({ target, engine: afterRounds(worldOf({}), before, rounds).engine }))

describe('the planner, whatever the target and the state', () => {
  it('gives the same plan again, whatever order the engine lists things in', () => {
    fc.assert(
      fc.property(absurd, ([target, current]) => {
        const plan = planNextSteps(target, current, NOW)
        expect(planNextSteps(target, current, NOW)).toEqual(plan)
        expect(planNextSteps(target, reversed(current), NOW)).toEqual(plan)
      }),
      RUNS,
    )
  })

  it('leaves target and state as they were, and survives JSON on either side', () => {
    fc.assert(
      fc.property(absurd, ([target, current]) => {
        const before = JSON.stringify([target, current])
        const plan = planNextSteps(target, current, NOW)
        expect(JSON.stringify([target, current])).toBe(before)
        const [sameTarget, sameCurrent] = JSON.parse(before) as [Target, CurrentState]
        expect(planNextSteps(sameTarget, sameCurrent, NOW)).toEqual(plan)
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
      }),
      RUNS,
    )
  })

  it('never touches what it was not shown, stops before all images are there, removes what is in use or starts before a dependency', () => {
    fc.assert(
      fc.property(absurd, ([target, current]) => {
        expect(breaches(target, current, planNextSteps(target, current, NOW))).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })

  it('plans steps that can be carried out in any order', () => {
    fc.assert(
      fc.property(absurd, ([target, current]) => {
        const world = worldOf(current)
        expect(() => takeTurn(world, target)).not.toThrow()
        expect(() => takeTurn(world, target, (steps) => steps.toReversed())).not.toThrow()
      }),
      RUNS,
    )
  })

  it(
    'comes to rest, if only to wait, and never loses a volume',
    () => {
      fc.assert(
        fc.property(absurd, ([target, current]) => {
          const end = afterRounds(worldOf(current), target, MOST_ROUNDS)
          const { steps } = planNextSteps(target, end.engine.current, end.engine.clock)
          expect(steps.filter((step) => missingNetwork(step, end.engine.current) === undefined)).toEqual([])
          expect(end.engine.current.volumes).toEqual(expect.arrayContaining(current.volumes))
        }),
        LIVES,
      )
    },
    PATIENCE_MS,
  )
})

describe('the planner, when the target can be reached', () => {
  it(
    'reaches it from any state, once foreign containers have left',
    () => {
      fc.assert(
        fc.property(reachable, ([target, current]) => {
          const blocked = afterRounds(worldOf(current), target, MOST_ROUNDS)
          const end = afterRounds({ ...blocked, engine: withoutForeign(blocked.engine) }, target, MOST_ROUNDS)
          expectReached(target, end)
        }),
        LIVES,
      )
    },
    PATIENCE_MS,
  )

  it(
    'reaches it from the middle of any update',
    () => {
      fc.assert(
        fc.property(midUpdate, ({ target, engine }) => {
          expectReached(target, afterRounds({ ...worldOf({}), engine }, target, MOST_ROUNDS))
        }),
        LIVES,
      )
    },
    PATIENCE_MS,
  )

  it(
    'reaches it although steps fail now and then',
    () => {
      fc.assert(
        fc.property(midUpdate, fc.integer({ min: 1, max: 3 }), ({ target, engine }, tries) => {
          const failure: World['failure'] = (step, { current }) => {
            const failed = current.attempts[stepKey(step)]?.count ?? 0
            return missingNetwork(step, current) ?? (failed < tries ? 'bad luck' : undefined)
          }
          expectReached(target, afterRounds({ ...worldOf({}), engine, failure }, target, 4 * MOST_ROUNDS))
        }),
        { numRuns: 50 },
      )
    },
    PATIENCE_MS,
  )

  it(
    'reaches it although steps take their time, and plans are made meanwhile',
    () => {
      const delays = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 7 })
      fc.assert(
        fc.property(
          reachableTarget,
          midUpdate,
          delays,
          fc.nat({ max: 30 }),
          (other, { target, engine }, slowness, cut) => {
            // On the way to another target, the power goes with some steps half done; after that, it is this one.
            const first = liveSlowly({ ...worldOf({}), engine }, other, slowness, cut)
            expectReached(target, liveSlowly(first, target, slowness, 6 * MOST_ROUNDS))
          },
        ),
        LIVES,
      )
    },
    PATIENCE_MS,
  )

  it(
    'keeps what has not changed, container by container',
    () => {
      fc.assert(
        fc.property(reachableTarget, reachableTarget, (before, target) => {
          const first = afterRounds(worldOf({}), before, MOST_ROUNDS)
          const second = afterRounds(first, target, MOST_ROUNDS)
          const back = afterRounds(second, target, MOST_ROUNDS)
          expect(back.engine.current.containers).toEqual(second.engine.current.containers)
          expect(replacedInVain(first, second)).toEqual([])
        }),
        LIVES,
      )
    },
    PATIENCE_MS,
  )
})

function worldOf(current: Partial<CurrentState>): World {
  const engine = emptyEngine(current)
  const failure: World['failure'] = (step, now) => missingNetwork(step, now.current)
  return { engine: changeContainer(engine, 'none', {}), behaviours: BEHAVIOURS, failure }
}

// In absurd states, containers hold networks that nobody will ever create.
function missingNetwork(step: Step, { containers, networks }: CurrentState): string | undefined {
  if (step.kind !== 'start-container') return undefined
  const held = containers.find(({ id }) => id === step.id)?.networks ?? []
  const missing = held.find((name) => !networks.some((it) => it.name === name))
  return missing && `network ${missing} not found`
}

function afterRounds(world: World, target: Target, rounds: number): World {
  let now = world
  for (let round = 0; round < rounds; round++) {
    const { world: next, plan } = takeTurn(now, target)
    expect(breaches(target, now.engine.current, plan)).toEqual([])
    if (isAtRest(now, plan)) return now
    now = next
  }
  return now
}

function expectReached(target: Target, { engine }: World): void {
  const plan: Plan = planNextSteps(target, engine.current, engine.clock)
  expect(plan).toEqual({ steps: [], waits: [] })
  expect(differences(target, engine.current)).toEqual([])
}

function withoutForeign(engine: Engine): Engine {
  const ours = new Set(engine.current.containers.map(({ id }) => id))
  const networks = engine.current.networks.map((it) => ({ ...it, attached: it.attached.filter((id) => ours.has(id)) }))
  return withCurrent(engine, { networks })
}

function withoutFailures(current: CurrentState): CurrentState {
  const containers = current.containers.map((it) => {
    if (it.status !== 'exited') return it
    return it.service === '1' ? { ...it, exitCode: 0 } : { ...it, status: 'created' as const }
  })
  return { ...current, containers }
}

// Containers whose service wants the same hash as before, on the same networks, and which were replaced all the same.
function replacedInVain(first: World, second: World): string[] {
  const { containers: after, networks } = second.engine.current
  const isKept = (name: string) => {
    const before = first.engine.current.networks.find((it) => it.name === name)
    return networks.some(({ id }) => id === before?.id)
  }
  return first.engine.current.containers
    .filter((it) => it.networks.every(isKept))
    .filter((it) => after.some((other) => other.specHash === it.specHash && other.service === it.service))
    .filter((it) => !after.some((other) => other.id === it.id))
    .map(({ service }) => service)
}

function reversed(current: CurrentState): CurrentState {
  return {
    ...current,
    containers: current.containers.toReversed(),
    networks: current.networks.toReversed(),
    volumes: current.volumes.toReversed(),
    images: current.images.toReversed(),
    downloading: current.downloading.toReversed(),
  }
}
