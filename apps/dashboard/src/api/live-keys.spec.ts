import { describe, expect, it } from '@jest/globals'
import type { LiveEvent } from '@flotilla/contracts'
import { keys } from './keys.js'
import { concerns, mergeStaleKeys, staleKeys, type CacheKey } from './live-keys.js'

const A = '11111111-1111-4111-8111-111111111111'
const B = '22222222-2222-4222-8222-222222222222'

function touches(stale: CacheKey[], key: CacheKey): boolean {
  return stale.some((prefix) => prefix.every((part, at) => JSON.stringify(part) === JSON.stringify(key[at])))
}

describe('staleKeys', () => {
  it('drops a device, its reported state and the lists it is in, but no other device', () => {
    const stale = staleKeys({ kind: 'device', id: A, fleetId: B })
    expect(touches(stale, keys.devices.one(A))).toBe(true)
    expect(touches(stale, keys.devices.state(A))).toBe(true)
    expect(touches(stale, keys.devices.list({ fleet: B }))).toBe(true)
    expect(touches(stale, keys.devices.one(B))).toBe(false)
  })

  it('drops the counts of fleets and releases when a device changes', () => {
    const stale = staleKeys({ kind: 'device', id: A })
    expect(touches(stale, keys.fleets.list())).toBe(true)
    expect(touches(stale, keys.releases.list({ fleet: B }))).toBe(true)
  })

  it('drops the targets of devices when their fleet changes', () => {
    expect(touches(staleKeys({ kind: 'fleet', id: B }), keys.devices.target(A))).toBe(true)
  })

  it('leaves a history alone unless that history grew', () => {
    expect(touches(staleKeys({ kind: 'device', id: A }), keys.devices.events(A))).toBe(false)
    expect(touches(staleKeys({ kind: 'device-events', id: A }), keys.devices.events(A))).toBe(true)
  })

  it('drops a release with its build, for the build decides its status', () => {
    expect(touches(staleKeys({ kind: 'build', id: A }), keys.releases.one(B))).toBe(true)
  })

  it('drops nothing for lines, which have streams of their own', () => {
    expect(staleKeys({ kind: 'device-logs', id: A })).toEqual([])
    expect(staleKeys({ kind: 'build-output', id: A })).toEqual([])
  })
})

describe('concerns', () => {
  it('leaves the other devices of its fleet out for who looks at one', () => {
    expect(concerns({ kind: 'device', id: B }, A)).toBe(false)
    expect(concerns({ kind: 'device', id: A }, A)).toBe(true)
    expect(concerns({ kind: 'fleet', id: B }, A)).toBe(true)
    expect(concerns({ kind: 'device', id: B }, undefined)).toBe(true)
  })
})

describe('mergeStaleKeys', () => {
  it('names each key once, and none that a wider one includes', () => {
    const events: LiveEvent[] = [
      { kind: 'device', id: A },
      { kind: 'device', id: A },
      { kind: 'device', id: B },
      { kind: 'fleet', id: B },
    ]
    const merged = mergeStaleKeys(events)
    expect(merged).toContainEqual(['devices'])
    expect(merged).not.toContainEqual(['devices', 'one', A])
    expect(new Set(merged.map((key) => JSON.stringify(key))).size).toBe(merged.length)
  })
})
