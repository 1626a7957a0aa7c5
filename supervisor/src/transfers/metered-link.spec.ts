import { describe, expect, it } from '@jest/globals'
import { isMetered } from './metered-link.js'

describe('a metered link', () => {
  it.each([
    ['wwan0', ['wwan*'], true],
    ['wwan', ['wwan*'], true],
    ['eth0', ['wwan*', 'ppp*'], false],
    ['eth0', ['eth0'], true],
    ['eth01', ['eth0'], false],
    ['enx001122', ['en*22'], true],
    ['en2', ['en*22'], false],
    ['usb0', ['*'], true],
    ['a-b-c', ['a*b*c'], true],
    ['a-c', ['a*b*c'], false],
    ['aa', ['a*a'], true],
    ['a', ['a*a'], false],
  ])('%s by %j: %s', (name, patterns, expected) => {
    expect(isMetered(name, patterns)).toBe(expected)
  })

  it('is none where there is no way out', () => {
    expect(isMetered(undefined, ['*'])).toBe(false)
  })
})
