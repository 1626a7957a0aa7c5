import { expect, it } from '@jest/globals'
import { describeDownload, describeTransfers } from './download-text.js'

it.each([
  [{ doneBytes: 1_200_000, neededBytes: 4_500_000, way: 'layers' as const }, '1.2 MB of 4.5 MB'],
  [
    { doneBytes: 1000, neededBytes: 17_000, way: 'delta' as const, bytesPerSecond: 25_000, neighbourBytes: 1000 },
    '1.0 kB of 17.0 kB by delta, 25.0 kB/s, 1.0 kB from neighbours',
  ],
])('says what is there of a download, and how fast it comes', (download, text) => {
  expect(describeDownload(download)).toBe(text)
})

it('says what is left of a budget', () => {
  const transfers = { usedToday: 3_000_000, usedThisMonth: 90_000_000 }
  expect(describeTransfers(transfers)).toBe('3.0 MB today, 90.0 MB this month; no limit on this link')
  const text = '3.0 MB today, 90.0 MB this month; 0 B left (metered)'
  expect(describeTransfers({ ...transfers, remainingBytes: 0, metered: true })).toBe(text)
})
