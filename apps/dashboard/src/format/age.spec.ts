import { describe, expect, it } from '@jest/globals'
import { describeAge, describeElapsed } from './age.js'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()

describe('describeAge', () => {
  it.each([
    [0, 'just now'],
    [4, 'just now'],
    [20, '20 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [29 * 86_400, '29 d ago'],
  ])('says of what was %d s ago: %s', (seconds, sentence) => {
    expect(describeAge(before(seconds), NOW)).toBe(sentence)
  })

  it('gives the date of what is older than a month', () => {
    expect(describeAge(before(45 * 86_400), NOW)).toMatch(/2026/)
  })

  it('takes a clock that is some seconds ahead for now, and shows the date of one that is far ahead', () => {
    expect(describeAge(before(-30), NOW)).toBe('just now')
    expect(describeAge(before(-400 * 86_400), NOW)).toMatch(/2027/)
  })

  it('says that it does not know what is no time', () => {
    expect(describeAge('yesterday', NOW)).toBe('unknown')
  })
})

describe('describeElapsed', () => {
  it.each([
    [900, '0 s'],
    [42_000, '42 s'],
    [64_000, '1 min 04 s'],
    [3_900_000, '1 h 05 min'],
    [-5000, '0 s'],
  ])('says of %d ms: %s', (ms, sentence) => {
    expect(describeElapsed(ms)).toBe(sentence)
  })
})
