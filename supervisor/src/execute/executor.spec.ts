import type { Step } from '@flotilla/reconcile'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FakeDaemon } from '../edge/fake/fake-daemon.js'
import { FakeEngine } from '../edge/fake/fake-engine.js'
import { EventRecorder } from '../events.js'
import { BudgetSpent } from '../images/ports.js'
import { FakeClock } from '../testing/fake-clock.js'
import { MemoryDocument, MemoryEventSpool, silentLog } from '../testing/memory-store.js'
import { Attempts } from './attempts.js'
import { Executor } from './executor.js'
import { Repairs } from './repairs.js'
import type { StepContext } from './step-handlers.js'

describe('the executor', () => {
  const nothing = new Set<string>()
  let executor: Executor
  let events: MemoryEventSpool
  let attempts: MemoryDocument<never>
  let stop: AbortController
  // Steps under way, by what they work on, with the function that ends each.
  let running: Map<string, (error?: Error) => void>
  let begun: string[]
  // Of the step that began last.
  let progress: StepContext['onProgress']

  beforeEach(() => {
    const clock = new FakeClock()
    const log = silentLog()
    events = new MemoryEventSpool()
    attempts = new MemoryDocument<never>()
    stop = new AbortController()
    running = new Map()
    begun = []
    const runner = {
      run: (step: Step, { onProgress }: StepContext) =>
        new Promise<void>((resolve, reject) => {
          progress = onProgress
          begun.push(nameOf(step))
          running.set(nameOf(step), (error) => (error ? reject(error) : resolve()))
        }),
    }
    const recorder = new EventRecorder(events, clock, log)
    const engine = new FakeEngine('device', new FakeDaemon(clock))
    const repairs = new Repairs(new MemoryDocument(), engine, recorder, { clock, log })
    executor = new Executor(
      { runner, attempts: new Attempts(attempts, clock), repairs, events: recorder, clock, log },
      stop.signal,
    )
  })
  afterEach(async () => {
    for (const end of running.values()) end()
    await executor.finish()
  })

  const nameOf = (step: Step) => ('id' in step ? step.id : 'image' in step ? step.image : step.kind)
  const remove = (id: string, service = 'web'): Step => ({
    kind: 'remove-container',
    appId: 'app',
    service,
    id,
    name: id,
    reason: 'it is old',
  })
  const pull = (image: string): Step => ({ kind: 'pull-image', image, appId: 'app', services: ['web'] })
  const end = async (name: string, error?: Error) => {
    const before = events.all.length
    running.get(name)?.(error)
    while (events.all.length === before) await new Promise((resolve) => setImmediate(resolve))
  }

  it('does different things side by side, and one at a time to each thing', async () => {
    const steps = [remove('old-1'), remove('old-2'), remove('other', 'db'), pull('image')]
    executor.start(steps, nothing)
    expect(begun).toEqual(['old-1', 'other', 'image'])
    await end('old-1')
    executor.start(steps.slice(1), executor.busy())
    expect(begun).toEqual(['old-1', 'other', 'image', 'old-2'])
  })

  it('does a step that is asked for by itself when its turn has come, and tells how it ended', async () => {
    executor.start([remove('old-1')], nothing)
    const asked = executor.perform(remove('old-2'))
    expect(begun).toEqual(['old-1'])
    await end('old-1')
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toEqual(['old-1', 'old-2'])
    await end('old-2')
    await asked
    const refused = executor.perform(remove('old-3'))
    running.get('old-3')?.(new Error('no'))
    await expect(refused).rejects.toThrow('no')
    expect(executor.attempts()).toEqual({})
  })

  it('leaves alone what was being worked on when the look began, though it is done by now', async () => {
    executor.start([remove('old-1')], nothing)
    const busy = executor.busy()
    await end('old-1')
    executor.start([remove('old-1')], busy)
    expect(begun).toEqual(['old-1'])
  })

  it('says which images are on their way, and how far', async () => {
    executor.start([pull('image')], nothing)
    expect(executor.downloading()).toEqual(['image'])
    expect(executor.progress()).toEqual({})
    progress({ doneBytes: 5, neededBytes: 10, way: 'delta', neighbourBytes: 3, bundleBytes: 0 })
    expect(executor.progress()).toEqual({ image: { doneBytes: 5, neededBytes: 10, way: 'delta', neighbourBytes: 3 } })
    await end('image')
    await executor.finish()
    expect([executor.downloading(), executor.progress()]).toEqual([[], {}])
  })

  it('counts nothing against a download that may cost no more for now, and leaves it alone for a moment', async () => {
    executor.start([pull('image')], nothing)
    running.get('image')?.(new Error('Could not pull', { cause: new BudgetSpent('the budget of the day is spent') }))
    await executor.finish()
    expect(executor.attempts()).toEqual({})
    expect(events.all).toEqual([])
    expect(executor.start([pull('image')], nothing)).toBeGreaterThan(0)
  })

  it('keeps account of what fails, until it succeeds', async () => {
    executor.start([pull('image')], nothing)
    await end('image', new Error('no route'))
    executor.start([pull('image')], nothing)
    await end('image', new Error('no route'))
    expect(Object.values(executor.attempts())).toMatchObject([{ count: 2, error: 'no route' }])
    executor.start([pull('image')], nothing)
    await end('image')
    expect(executor.attempts()).toEqual({})
    expect(events.kinds()).toEqual(['step-failed', 'step-failed', 'step-done'])
  })

  it('counts nothing against a step that its own stop has cut short', async () => {
    executor.start([pull('image')], nothing)
    stop.abort()
    running.get('image')?.(new Error('aborted'))
    await executor.finish()
    expect(executor.attempts()).toEqual({})
    expect(events.all).toEqual([])
  })

  it('goes on though the disk takes no more', async () => {
    attempts.write = () => Promise.reject(new Error('no space left'))
    executor.start([pull('image')], nothing)
    running.get('image')?.(new Error('no route'))
    await executor.finish()
    expect(executor.busy().size).toBe(0)
    expect(Object.values(executor.attempts())).toHaveLength(1)
  })
})
