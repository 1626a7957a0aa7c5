import { beforeEach, describe, expect, it } from '@jest/globals'
import { FakeClock } from '../testing/fake-clock.js'
import type { BlobState, Presence } from './ports.js'
import { rankOf } from './rank.js'
import { Sharing } from './sharing.js'

const BLOB = { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 1_000_000, repository: 'registry.test/app' }
const { signal } = new AbortController()

describe('who fetches a blob from far away', () => {
  let clock: FakeClock
  // What each of the others says; undefined: it does not answer.
  let others: Map<string, BlobState | undefined>
  let presence: Presence
  let sharing: Sharing
  beforeEach(() => {
    clock = new FakeClock()
    others = new Map()
    presence = {
      neighbours: () => [...others.keys()].map((deviceId) => ({ deviceId, address: '192.0.2.1', port: 1 })),
      look: () => undefined,
      ask: ({ deviceId }) => {
        const state = others.get(deviceId)
        return state ? Promise.resolve(state) : Promise.reject(new Error('no key'))
      },
      read: () => {
        throw new Error('Nothing is read here')
      },
      close: () => Promise.resolve(),
    }
    sharing = new Sharing('self', BLOB, presence, clock)
  })
  const secondsUntil = async (wanted: 'ready' | 'none') => {
    for (let seconds = 0; seconds < 600; seconds += 2) {
      if ((await sharing.offer(signal)) === wanted) return seconds
      await clock.advance(2_000)
    }
    return Infinity
  }
  const namesBefore = (count: number) =>
    Array.from({ length: 1000 }, (_, n) => `device-${n}`)
      .filter((name) => rankOf('self', [name], BLOB.digest) === 1)
      .slice(0, count)

  it('is this device at once, where it is alone', async () => {
    expect(await secondsUntil('none')).toBe(0)
  })

  it('is known to all who ask at the same time', async () => {
    others.set('other', { state: 'whole' })
    expect(await Promise.all([sharing.offer(signal), sharing.offer(signal)])).toEqual(['ready', 'ready'])
  })

  it('is everybody at once, where it is small and nobody has it', async () => {
    for (const name of namesBefore(3)) others.set(name, { state: 'none' })
    sharing = new Sharing('self', { ...BLOB, sizeBytes: 1000 }, presence, clock)
    expect(await secondsUntil('none')).toBe(0)
  })

  it('is somebody else first, who has a while to begin', async () => {
    for (const name of namesBefore(3)) others.set(name, { state: 'none' })
    expect(await secondsUntil('none')).toBeGreaterThan(15)
  })

  it('is decided only when those who were too busy to answer at once were asked once more', async () => {
    for (const name of namesBefore(3)) others.set(name, undefined)
    expect(await sharing.offer(signal)).toBe('soon')
    others.set('busy', { state: 'whole' })
    await clock.advance(2_000)
    expect(await sharing.offer(signal)).toBe('ready')
  })

  it('is never held up by those who only pretend to be there', async () => {
    for (const name of namesBefore(200)) others.set(name, undefined)
    expect(await secondsUntil('none')).toBeLessThanOrEqual(2)
  })

  it('is decided within a minute or so, however many there are', async () => {
    for (const name of namesBefore(200)) others.set(name, { state: 'none' })
    expect(await secondsUntil('none')).toBeLessThan(70)
  })

  it('is whoever does so already, for as long as it gets on', async () => {
    others.set('other', { state: 'fetching', bytes: 1 })
    for (let bytes = 2; bytes < 60; bytes++) {
      await clock.advance(5_000)
      others.set('other', { state: 'fetching', bytes })
      expect(await sharing.offer(signal)).toBe('soon')
    }
    expect(await secondsUntil('none')).toBeLessThan(60)
  })

  it('is nobody, where somebody has it whole', async () => {
    others.set('busy', { state: 'whole', busy: true })
    expect(await secondsUntil('none')).toBe(Infinity)
    others.set('free', { state: 'whole' })
    expect(await secondsUntil('ready')).toBeLessThanOrEqual(2)
    expect(sharing.holder()?.deviceId).toBe('free')
  })
})
