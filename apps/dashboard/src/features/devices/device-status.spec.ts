import { describe, expect, it } from '@jest/globals'
import { readDeviceSearch } from './device-search.js'
import { activityStatus, connectivityStatus, releaseStanding, serviceTone } from './device-status.js'

describe('connectivityStatus', () => {
  it('believes an answer that was just read', () => {
    expect(connectivityStatus({ connectivity: 'online' }, 1000, 31_000).label).toBe('Online')
  })

  it('does not call a device online on the word of an old answer', () => {
    expect(connectivityStatus({ connectivity: 'online' }, 0, 120_000)).toEqual({ tone: 'idle', label: 'Was online' })
  })

  it('tells a device that went away from one that never came', () => {
    expect(connectivityStatus({ connectivity: 'offline' }, 0, 0).label).toBe('Offline')
    expect(connectivityStatus({ connectivity: 'never' }, 0, 0).label).toBe('Never connected')
  })
})

describe('activityStatus', () => {
  it('speaks of the past for a device that is away', () => {
    expect(activityStatus({ activity: 'updating', connectivity: 'offline' })).toEqual({
      tone: 'idle',
      label: 'Was updating',
    })
  })

  it('tells a device that gave its release up from one that waits for something', () => {
    const device = { activity: 'waiting', connectivity: 'online', targetReleaseId: 'b' } as const
    const rejected = { releaseId: 'b', version: '2', at: '', code: 'crash-loop', reason: '' } as const
    expect(activityStatus({ ...device, rejected })).toEqual({ tone: 'bad', label: 'Given up' })
    expect(activityStatus({ ...device, rejected: { ...rejected, releaseId: 'a' } }).label).toBe('Waiting')
    expect(activityStatus({ ...device, activity: 'updating', rejected }).label).toBe('Updating')
  })

  it('does not make up an activity that was never reported', () => {
    expect(activityStatus({ connectivity: 'online' }).label).toBe('No report yet')
  })
})

describe('releaseStanding', () => {
  it.each([
    [{}, 'none'],
    [{ targetReleaseId: 'a' }, 'behind'],
    [{ targetReleaseId: 'a', runningReleaseId: 'b' }, 'behind'],
    [{ targetReleaseId: 'a', runningReleaseId: 'a' }, 'current'],
    [{ runningReleaseId: 'b' }, 'behind'],
  ])('of %j is %s', (device, standing) => {
    expect(releaseStanding(device)).toBe(standing)
  })
})

describe('serviceTone', () => {
  it('takes a status of a newer supervisor for work under way', () => {
    expect(serviceTone('running')).toBe('good')
    expect(serviceTone('unpacking')).toBe('busy')
  })
})

describe('readDeviceSearch', () => {
  it('keeps what it understands of an address and drops the rest', () => {
    expect(
      readDeviceSearch({ q: 'roof', connectivity: 'online', activity: 'flying', rejected: true, page: 3 }),
    ).toEqual({
      q: 'roof',
      connectivity: 'online',
      rejected: true,
    })
    expect(readDeviceSearch({ q: 42 })).toEqual({ q: '42' })
    expect(readDeviceSearch({ q: '' })).toEqual({})
  })
})
