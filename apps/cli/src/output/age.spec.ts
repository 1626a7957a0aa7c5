import { describe, expect, it } from '@jest/globals'
import { formatAge } from './age.js'

const now = new Date('2026-11-21T12:00:00Z')

describe('formatAge', () => {
  it.each([
    ['2026-11-21T11:59:57Z', 'just now'],
    ['2026-11-21T11:59:15Z', '45 s ago'],
    ['2026-11-21T11:57:00Z', '3 min ago'],
    ['2026-11-21T09:30:00Z', '2 h ago'],
    ['2026-11-01T12:00:00Z', '20 d ago'],
    ['2026-11-21T14:00:01+02:00', 'just now'],
    ['2026-11-22T13:00:00Z', 'in 1 d'],
  ])('tells the age of %s in its largest unit: %s', (timestamp, age) => {
    expect(formatAge(timestamp, now)).toBe(age)
  })
})
