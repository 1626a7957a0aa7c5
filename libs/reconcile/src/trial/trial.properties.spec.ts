import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import fc from 'fast-check'
import type { DeviceMemory } from '../memory.js'
import { ownMember } from '../own-member.js'
import { fitTarget } from '../requirements/fit.js'
import { contractOf } from '../testing/board-contract.js'
import { differences } from '../testing/oracle.js'
import { APP_ID, imageOf, targetOf, type ServiceInput } from '../testing/targets.js'
import {
  powerCut,
  remembering,
  restarted,
  takeWatchedTurn,
  withClock,
  type Turn,
  type TrialWorld,
} from '../testing/trial-world.js'
import { seeing } from '../testing/updates.js'
import { newDevice, type Behaviour, type World } from '../testing/world.js'
import { appFingerprint } from './app-fingerprint.js'
import { effectiveTarget } from './effective-target.js'

/*
 * Whole lives of devices: releases good and bad in any order, restarts and power cuts at any moment, clocks that jump,
 * boards that lose or gain what services require of them.
 * Which release is bad is known here by the versions of its images, and nowhere else.
 */

const LIVES = { numRuns: 40 }
const PATIENCE_MS = 120_000
const CONFIRM_SECONDS = 6
// Enough for the longest confirm time, three tries and a way back.
const ROUNDS_TO_THE_END = 160
const HOUR = 3_600_000

// By version of a service's image: 1 and 2 are well.
const CRASHES = 3
const ENDS = 4
const IS_UNHEALTHY = 5
const CANNOT_START = 6
const RUNS_OUT_OF_MEMORY = 7
const BAD = [CRASHES, ENDS, IS_UNHEALTHY, CANNOT_START, RUNS_OUT_OF_MEMORY]
const NAMES = ['db', 'web']

const behaviours = Object.fromEntries<Behaviour>(
  NAMES.flatMap((name): [string, Behaviour][] => [
    [imageOf(name, 1), { hasHealthCheck: true }],
    [imageOf(name, CRASHES), { exitCode: 1 }],
    [imageOf(name, ENDS), { exitCode: 0 }],
    [imageOf(name, IS_UNHEALTHY), { hasHealthCheck: true, isUnhealthy: true }],
    [imageOf(name, RUNS_OUT_OF_MEMORY), { exitCode: 137, isOutOfMemory: true }],
  ]),
)

const failure: World['failure'] = (step, { current }) => {
  if (step.kind !== 'start-container') return undefined
  const image = current.containers.find(({ id }) => id === step.id)?.image
  return NAMES.some((name) => image === imageOf(name, CANNOT_START)) ? 'exec format error' : undefined
}

const NEW_KERNEL = { 'io.balena.features.requires.sw.linux': '>=6' }
const [OLD, NEW] = [contractOf({ 'sw.linux': '5.9.0' }), contractOf({ 'sw.linux': '6.6.0' })]

interface Release {
  number: number
  // Which of its services needs a new kernel; web may be left out for it.
  needy: 'db' | 'web' | undefined
  db: number
  web: number | undefined
  setting: string
}

const version = (numbers: readonly number[]) => fc.constantFrom(...numbers)
const release = (versions: readonly number[]): fc.Arbitrary<Release> =>
  fc.record({
    number: fc.integer({ min: 1, max: 9 }),
    db: version([1, 2, ...versions]),
    web: fc.option(version([1, 2, ...versions]), { nil: undefined }),
    setting: fc.constantFrom('a', 'b'),
    needy: fc.constantFrom(undefined, 'db', 'web'),
  })
const anyRelease = fc.oneof(release([]), release(BAD))

type Happening =
  | { kind: 'target'; release: Release }
  | { kind: 'restart' | 'power-cut' | 'force' | 'kernel' }
  | { kind: 'clock'; byMs: number }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: anyRelease.map((it) => ({ kind: 'target' as const, release: it })) },
  { weight: 2, arbitrary: fc.constantFrom({ kind: 'restart' as const }, { kind: 'power-cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'force' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'kernel' as const }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -24 * HOUR, max: 24 * HOUR }).map((byMs) => ({ kind: 'clock' as const, byMs })),
  },
)
const history = fc.array(fc.tuple(happening, fc.integer({ min: 1, max: 25 })), { minLength: 1, maxLength: 7 })

function targetFor({ number, db, web, setting, needy }: Release): Target {
  const environment = { SETTING: setting }
  const data = [{ type: 'volume' as const, source: 'data', target: '/data' }]
  const services: Record<string, ServiceInput> = {
    db: { version: db, environment, volumes: data, labels: needy === 'db' ? NEW_KERNEL : {} },
    ...(web !== undefined && {
      web: {
        version: web,
        dependsOn: { db: { condition: 'service_started' } },
        labels: needy === 'web' ? { ...NEW_KERNEL, 'io.balena.features.optional': '1' } : {},
      },
    }),
  }
  const volumes = { data: { labels: { 'io.flotilla.snapshot': 'true' } } }
  const target = targetOf({ release: number, services, volumes })
  return { ...target, policy: { ...target.policy, confirmSeconds: CONFIRM_SECONDS } }
}

const isOld = ({ engine }: TrialWorld) => engine.current.contract === OLD
const isBad = ({ db, web, needy }: Release, world: TrialWorld) =>
  BAD.includes(db) || (web !== undefined && !(needy === 'web' && isOld(world)) && BAD.includes(web))
const isRefused = ({ needy }: Release, world: TrialWorld) => needy === 'db' && isOld(world)
/** What of the target is for this board. */
const fitting = (target: Target, { engine }: TrialWorld) => fitTarget(target, engine.current.contract)
const memoryOf = ({ engine }: TrialWorld): DeviceMemory => engine.current.memory ?? {}
const appOf = (target: Target) => target.apps[0]!

type Check = (turn: Turn, target: Target, before: TrialWorld) => void

interface Life {
  world: TrialWorld
  release: Release
  target: Target
}

// Checks what must hold in each round, and lives it.
function liveRound(life: Life, check: Check, isHasty: boolean): Life {
  const turn = takeWatchedTurn(life.world, life.target, { isHasty })
  check(turn, fitting(life.target, life.world), life.world)
  return { ...life, world: turn.world }
}

function live(life: Life, rounds: number, check: Check, isHasty = false): Life {
  return Array.from({ length: rounds }).reduce<Life>((before) => liveRound(before, check, isHasty), life)
}

function happen(life: Life, what: Happening): Life {
  const { world, target } = life
  switch (what.kind) {
    case 'target':
      return { world, release: what.release, target: targetFor(what.release) }
    case 'restart':
      return { ...life, world: restarted(world) }
    case 'power-cut':
      return { ...life, world: powerCut(world) }
    case 'clock':
      return { ...life, world: withClock(world, what.byMs) }
    case 'force':
      return { ...life, world: forced(world, fitting(target, world)) }
    case 'kernel':
      return { ...life, world: seeing(world, { contract: isOld(world) ? NEW : OLD }) }
  }
}

function forced(world: TrialWorld, target: Target): TrialWorld {
  const requests = { stopped: [], purge: [], forced: { [APP_ID]: appFingerprint(appOf(target)) } }
  return { ...world, engine: { ...world.engine, current: { ...world.engine.current, requests } } }
}

function livesOf(first: Release, events: [Happening, number][], check: Check): Life {
  const world = seeing(remembering({ ...newDevice(behaviours), failure }), { contract: NEW })
  const start: Life = { world, release: first, target: targetFor(first) }
  return events.reduce((life, [what, rounds]) => live(happen(life, what), rounds, check), live(start, 12, check))
}

/** What is wrong with a turn. */
function faults({ plan, verdicts, memory }: Turn, target: Target): string[] {
  const own = memory[APP_ID] ?? {}
  const app = appOf(target)
  const isGivenUp = own.rejected?.fingerprint === appFingerprint(app)
  const running = effectiveTarget(target, memory).apps[0]
  const wrong = plan.steps.flatMap((step) => {
    if (step.kind === 'create-container' && isGivenUp && running?.services[step.service] === undefined) {
      return [`creates ${step.service} of a release that was given up`]
    }
    const isGood = step.kind === 'remove-image' && own.good
    const images = isGood
      ? Object.values(isGood.services).map(({ image }) => `${image.repository}@${image.digest}`)
      : []
    return step.kind === 'remove-image' && images.includes(step.image) ? ['removes an image of the last good one'] : []
  })
  const judged = verdicts.filter(
    ({ appId, fingerprint }) => own.good && appId === APP_ID && appFingerprint(own.good) === fingerprint,
  )
  return [...wrong, ...judged.map(() => 'judges the last good one'), ...plan.steps.flatMap(volumeFaults)]
}

/** What the device knew before the round, and no longer does. */
function lapses({ memory }: Turn, target: Target, before: TrialWorld): string[] {
  const former = memoryOf(before)[APP_ID] ?? {}
  const { trial, rejected } = memory[APP_ID] ?? {}
  const isForced = before.engine.current.requests?.forced[APP_ID] !== undefined
  const wasGivenUp = former.rejected?.fingerprint === appFingerprint(appOf(target))
  const isSame = trial !== undefined && trial.fingerprint === former.trial?.fingerprint
  const isNextTry = trial !== undefined && trial.failures > (former.trial?.failures ?? 0)
  return [
    ...(wasGivenUp && !former.rejected?.isRefused && !rejected && !isForced ? ['tries again what was given up'] : []),
    ...(isSame && trial.failures < (former.trial?.failures ?? 0) ? ['forgets a failure'] : []),
    ...(isSame && !isNextTry && trial.starts < (former.trial?.starts ?? 0) ? ['forgets a start'] : []),
    ...(isSame && !isNextTry && former.trial?.isPermitted && !trial.isPermitted ? ['forgets its permission'] : []),
  ]
}

function volumeFaults(step: Turn['plan']['steps'][number]): string[] {
  return step.kind === 'remove-volume' ? ['removes a volume'] : []
}

const check: Check = (turn, target, before) => {
  const found = [...faults(turn, target), ...lapses(turn, target, before)]
  if (found.length > 0) throw new Error(found.join(', '))
}

describe('a device, whatever releases it gets and whenever its power goes', () => {
  it(
    'ends on the release if that is well, else on the last good one, else it keeps trying',
    () => {
      fc.assert(
        fc.property(anyRelease, history, (first, events) => {
          // A clock that was set back may hold a step for up to an hour: time flies while nothing happens.
          const lived = livesOf(first, events, check)
          const { world, release: last, target: asked } = live(lived, ROUNDS_TO_THE_END, check, true)
          const target = fitting(asked, world)
          const app = appOf(target)
          const memory = ownMember(memoryOf(world), APP_ID) ?? {}
          const running = effectiveTarget(target, memoryOf(world))
          // What was confirmed is not refused, whatever becomes of the board.
          const isGood = memory.good !== undefined && appFingerprint(memory.good) === appFingerprint(app)
          if (!isBad(last, world) && (isGood || !isRefused(last, world))) {
            expect(memory.good && appFingerprint(memory.good)).toBe(appFingerprint(app))
            expect(memory).not.toHaveProperty('trial')
          } else if (memory.good) {
            expect(memory.rejected?.fingerprint).toBe(appFingerprint(app))
            expect(memory.rejected?.isBack).toBe(true)
            expect(running.apps[0]).toEqual(memory.good)
          } else {
            expect(memory.trial).toMatchObject({ fingerprint: appFingerprint(app), releaseId: app.release.id })
            expect(memory.trial?.failures).toBeGreaterThan(0)
            return
          }
          expect(differences(running, world.engine.current)).toEqual([])
          expect(memory.restore).toBeUndefined()
          // Only what somebody else would have to put back is left.
          expect(world.engine.snapshots ?? {}).toEqual({})
        }),
        LIVES,
      )
    },
    PATIENCE_MS,
  )
})
