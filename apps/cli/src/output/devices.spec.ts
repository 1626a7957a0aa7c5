import { expect, it } from '@jest/globals'
import { type DeviceView, ServiceStateSchema } from '@flotilla/contracts'
import { deviceColumns, serviceColumns, transferFields } from './devices.js'

const now = new Date('2026-11-21T12:00:00Z')

function statusOf(download: object): unknown {
  const service = { name: 'web', ...ServiceStateSchema.parse({ status: 'downloading', download }) }
  return serviceColumns(now)
    .find(({ title }) => title === 'STATUS')
    ?.value(service)
}

it('tells a download by its bytes, way, rate and end', () => {
  const download = { doneBytes: 1_200_000, neededBytes: 4_500_000, way: 'delta' }
  expect(statusOf(download)).toBe('downloading 1.2 MB of 4.5 MB by delta')
  const end = { bytesPerSecond: 25_000, endsAt: '2026-11-21T12:02:12Z' }
  expect(statusOf({ ...download, way: 'layers', ...end, neighbourBytes: 1_000_000 })).toBe(
    'downloading 1.2 MB of 4.5 MB, 25.0 kB/s, done in 2 min, 1.0 MB from neighbours',
  )
})

it('tells what is left of a budget, and nothing where there is none', () => {
  expect(transferFields({ apps: {} }, now)).toEqual([])
  const transfers = { usedToday: 3_000_000, usedThisMonth: 90_000_000 }
  const text = (more: object) => transferFields({ apps: {}, transfers: { ...transfers, ...more } }, now)[0]?.[1]
  expect(text({})).toBe('3.0 MB today, 90.0 MB this month; no limit on this link')
  expect(text({ remainingBytes: 0, resetsAt: '2026-11-21T23:00:00Z', metered: true })).toBe(
    '3.0 MB today, 90.0 MB this month; 0 B left, anew in 11 h (metered)',
  )
})

it('tells a device that gave up the release it should run from one that waits for something', () => {
  const stateOf = (device: Partial<DeviceView>) =>
    deviceColumns(now)
      .find(({ title }) => title === 'STATE')
      ?.value({ connectivity: 'online', activity: 'waiting', targetReleaseId: 'b', ...device } as DeviceView)
  const rejected = { releaseId: 'b', version: '2', at: '', code: 'crash-loop', reason: '' } as const
  expect(stateOf({ rejected })).toBe('online, gave the release up')
  expect(stateOf({ rejected: { ...rejected, releaseId: 'a' } })).toBe('online, waiting')
  expect(stateOf({ rejected, activity: 'updating' })).toBe('online, updating')
})
