import { describe, expect, it } from '@jest/globals'
import type { Target } from '@flotilla/contracts'
import { volumeName } from '../engine-names.js'
import { APP_ID, DEVICE_ID, imageOf, targetOf, type AppInput, type ServiceInput } from '../testing/targets.js'
import { liveFor, takeWatchedTurn, type TrialWorld } from '../testing/trial-world.js'
import { confirmedDevice, planOf } from '../testing/updates.js'
import { containerOf } from '../testing/world.js'

/*
 * Data that goes back: db and web, of which db holds the volume. Version 3 of web crashes.
 */

const behaviours = { [imageOf('web', 3)]: { exitCode: 1 }, [imageOf('db', 3)]: { exitCode: 1 } }
const volume = volumeName(DEVICE_ID, APP_ID, 'data')
const data = { volumes: [{ type: 'volume' as const, source: 'data', target: '/data' }] }

function appOf(release: number, db: ServiceInput, web: ServiceInput = {}, isMarked = true): AppInput {
  const labels: Record<string, string> = isMarked ? { 'io.flotilla.snapshot': 'true' } : {}
  return { release, services: { db: { ...data, ...db }, web }, volumes: { data: { labels } } }
}
const one = appOf(1, {})
const written = ({ engine }: TrialWorld) => engine.written?.[volume]
const live = (target: Target, seconds: number, changes: Partial<TrialWorld> = {}) =>
  liveFor({ ...confirmedDevice(one, behaviours), ...changes }, target, seconds)

describe('a marked volume', () => {
  it('is copied between the last stop and the first start of an update', () => {
    const { trace, world } = live(targetOf(appOf(2, { version: 2 }, { version: 2 })), 14)
    expect(trace).toEqual([
      'pull db, pull web',
      'begin-switch',
      'stop db, stop web',
      'remove db, remove web, snapshot-volume data',
      'create db, create web',
      'start db, start web',
    ])
    expect(Object.values(world.engine.snapshots ?? {})).toEqual([imageOf('db', 1)])
    expect(written(world)).toBe(imageOf('db', 2))
  })

  it('goes back with its release, and only then does that start', () => {
    const { trace, world } = live(targetOf(appOf(2, { version: 3 })), 40)
    expect(trace.slice(-4)).toEqual([
      'remove db, restore-volume data',
      'create db',
      'start db',
      'remove-image db, remove-snapshot',
    ])
    expect(containerOf(world, 'db').image).toBe(imageOf('db', 1))
    expect(world.engine.snapshots).toEqual({})
    expect(world.engine.current.memory?.[APP_ID]).not.toHaveProperty('restore')
  })

  it('is copied, and goes back, where only others change: its holder pauses for that', () => {
    const before = containerOf(confirmedDevice(one, behaviours), 'db').id
    const { trace, world } = live(targetOf(appOf(2, {}, { version: 3 })), 40)
    expect(trace.slice(2, 7)).toEqual([
      'stop web',
      'stop db, remove web',
      'snapshot-volume data',
      'start db, create web',
      'start web',
    ])
    expect(trace.filter((line) => line.includes('restore-volume'))).toHaveLength(1)
    expect(containerOf(world, 'db')).toMatchObject({ id: before, status: 'running' })
  })

  it('is not copied where nothing of the app is replaced', () => {
    expect(live(targetOf(appOf(2, {})), 10).trace).toEqual([])
  })

  it('is not copied again when the switch goes on after a cut, nor by the next of several updates', () => {
    const first = live(targetOf(appOf(2, { version: 2 })), 12)
    const { trace, world } = liveFor(first.world, targetOf(appOf(3, { version: 3 })), 40)
    expect(trace.filter((line) => line.includes('snapshot-volume'))).toEqual([])
    // As release 1 left it, since that is what the device went back to.
    expect(trace.filter((line) => line.includes('restore-volume'))).toHaveLength(1)
    expect(containerOf(world, 'db').image).toBe(imageOf('db', 1))
  })

  it('goes back also when the target does so by itself before the confirm time is over', () => {
    const tried = live(targetOf(appOf(2, { version: 2 })), 12).world
    const { trace, world } = liveFor(tried, targetOf(one), 12)
    expect(trace.filter((line) => line.includes('restore-volume'))).toHaveLength(1)
    expect(world.engine.current.memory?.[APP_ID]).toEqual({ good: targetOf(one).apps[0] })
  })

  it('loses its copy when the release is confirmed', () => {
    const { world } = live(targetOf(appOf(2, { version: 2 })), 90)
    expect(world.engine.snapshots).toEqual({})
    expect(written(world)).toBe(imageOf('db', 2))
    expect(world.engine.current.memory?.[APP_ID]?.oldSnapshots ?? []).toEqual([])
  })

  it('that cannot be copied keeps its app on the release that it has', () => {
    const failure: TrialWorld['failure'] = (step) =>
      step.kind === 'snapshot-volume' ? 'it holds more than 2.0 GB' : undefined
    const { world } = live(targetOf(appOf(2, { version: 2 })), 60, { failure })
    expect(containerOf(world, 'db')).toMatchObject({ image: imageOf('db', 1), status: 'running' })
    expect(world.engine.current.memory?.[APP_ID]?.rejected?.rejection.reason).toBe(
      'The data could not be saved before the switch: it holds more than 2.0 GB.',
    )
  })

  it('that cannot be put back does not keep the last good release from running for ever', () => {
    const failure: TrialWorld['failure'] = (step) => (step.kind === 'restore-volume' ? 'no such snapshot' : undefined)
    const { world } = live(targetOf(appOf(2, { version: 3 })), 100, { failure })
    expect(containerOf(world, 'db')).toMatchObject({ image: imageOf('db', 1), status: 'running' })
    expect(world.events.map(({ kind }) => kind)).toContain('restore-given-up')
    expect(Object.keys(world.engine.snapshots ?? {})).toHaveLength(1)
  })

  it('is copied beside what hands over', () => {
    const labels = { 'io.flotilla.update.strategy': 'hand-over' }
    const before = confirmedDevice(appOf(1, { labels }), behaviours)
    const { trace } = liveFor(before, targetOf(appOf(2, { version: 2, labels })), 8)
    expect(trace.slice(0, 4)).toEqual(['pull db', 'begin-switch', 'snapshot-volume data', 'create db'])
  })
})

describe('a volume that is not marked', () => {
  it('is neither copied nor put back', () => {
    const before = confirmedDevice(appOf(1, {}, {}, false), behaviours)
    const { trace } = liveFor(before, targetOf(appOf(2, { version: 3 }, {}, false)), 40)
    expect(trace.filter((line) => /snapshot|restore/.test(line))).toEqual([])
  })
})

describe('the snapshot of an update', () => {
  it('has an id that says of what it is, so that a second one takes the place of the first', () => {
    let world: TrialWorld = confirmedDevice(one, behaviours)
    const target = targetOf(appOf(2, { version: 2 }))
    const stepOf = () => planOf(world, target).steps.find((step) => step.kind === 'snapshot-volume')
    while (!stepOf()) world = takeWatchedTurn(world, target).world
    const { fingerprint } = world.engine.current.memory![APP_ID]!.trial!
    expect(stepOf()).toMatchObject({ name: volume, snapshotId: `${fingerprint}-data`, maxBytes: 2_000_000_000 })
  })
})
