import { TargetSchema, type ImageSourcesResponse, type Target } from '@flotilla/contracts'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { DurableValue } from '../../durable-value.js'
import { Listeners } from '../../listeners.js'
import { eventually } from '../../testing/eventually.js'
import { FakeClock } from '../../testing/fake-clock.js'
import { MemoryDocument } from '../../testing/memory-store.js'
import { app, fakeImage, imageName, service } from '../../testing/targets.js'
import { AwaitedDeltas } from './awaited-deltas.js'
import { NO_DELTAS, type StoredDeltas } from './stored-deltas.js'

const MINUTE_MS = 60_000
const web = imageName(fakeImage('web'))
const pending: ImageSourcesResponse = { paths: [], pending: { retryAfterSeconds: 30 } }
const large = 50_000_000

describe('deltas that are being made', () => {
  let document: MemoryDocument<StoredDeltas>
  let clock: FakeClock
  let looks: number
  let awaited: AwaitedDeltas

  beforeEach(async () => {
    document = new MemoryDocument()
    clock = new FakeClock()
    looks = 0
    awaited = await start()
  })

  async function start(waitForDeltaSeconds = 600): Promise<AwaitedDeltas> {
    const stored = new DurableValue<StoredDeltas>(document, NO_DELTAS)
    await stored.load()
    const lookWanted = new Listeners()
    lookWanted.add(() => looks++)
    return new AwaitedDeltas({ stored, clock, lookWanted, targets: { target: target(waitForDeltaSeconds) } })
  }
  const until = () => awaited.waits()?.[web]?.until

  it('are told to the plan before anything is fetched, once', async () => {
    expect(awaited.waits()).toBeUndefined()
    await expect(awaited.hear(web, pending, large)).rejects.toThrow('is being made')
    expect(until()).toBe(clock.now() + 10 * MINUTE_MS)
    // The plan has it fetched all the same.
    await awaited.hear(web, pending, large)
  })

  it('are waited for from the first time that they are heard of, also over a restart', async () => {
    await expect(awaited.hear(web, pending, large)).rejects.toThrow()
    const end = until()
    await clock.advance(4 * MINUTE_MS)
    awaited = await start()
    await awaited.hear(web, pending, large)
    expect(until()).toBe(end)
    await clock.advance(6 * MINUTE_MS)
    expect(awaited.waits()).toBeUndefined()
  })

  it.each<[string, ImageSourcesResponse, number, number]>([
    ['what is small', pending, 2_000_000, 600],
    ['a delta that nobody makes', { paths: [] }, large, 600],
    ['anything where the policy says so', pending, large, 0],
  ])('are not waited for in the case of %s', async (_name, answer, bytes, seconds) => {
    awaited = await start(seconds)
    await awaited.hear(web, answer, bytes)
    expect(awaited.waits()).toBeUndefined()
  })

  it('are asked for again until they are there, and then the plan is made anew', async () => {
    const answers: (ImageSourcesResponse | undefined)[] = [pending, undefined, { paths: [] }]
    const asked: number[] = []
    const end = new AbortController()
    const startedAt = clock.monotonic()
    const running = awaited.run(end.signal, () => {
      asked.push((clock.monotonic() - startedAt) / 1000)
      return Promise.resolve(answers[asked.length - 1])
    })
    await expect(awaited.hear(web, pending, large)).rejects.toThrow()
    for (let second = 0; second < 130; second += 10) await clock.advance(10_000)
    await eventually(() => expect(looks).toBe(1))
    expect(asked).toEqual([30, 60, 120])
    expect(awaited.waits()).toBeUndefined()
    end.abort()
    await running
  })

  it('are asked for at once after a restart', async () => {
    await expect(awaited.hear(web, pending, large)).rejects.toThrow()
    awaited = await start()
    const end = new AbortController()
    const running = awaited.run(end.signal, () => Promise.resolve({ paths: [] }))
    await eventually(() => expect(looks).toBe(1))
    end.abort()
    await running
  })

  it('of images that nobody wants any more are forgotten', async () => {
    const other = imageName(fakeImage('other'))
    await expect(awaited.hear(other, pending, large)).rejects.toThrow()
    expect(awaited.waits()).toBeUndefined()
    await expect(awaited.hear(web, pending, large)).rejects.toThrow()
    expect(Object.keys((await document.read())?.awaited ?? {})).toEqual([web])
  })
})

function target(waitForDeltaSeconds: number): Target {
  return TargetSchema.parse({
    protocol: 1,
    generation: 1,
    device: { id: randomUUID(), name: 'porch', hardwareUuid: '0'.repeat(32) },
    fleet: { id: randomUUID(), name: 'fleet', organization: 'acme' },
    apps: [app(1, { web: service(fakeImage('web')) })],
    policy: { transfers: { waitForDeltaSeconds } },
  })
}
