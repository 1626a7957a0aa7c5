import { describe, expect, it } from '@jest/globals'
import { count, sentenceCase, shortDigest, shortPlatform } from './text.js'

describe('short forms', () => {
  it('counts with the right number of the noun', () => {
    expect(count(1, 'device')).toBe('1 device')
    expect(count(0, 'device')).toBe('0 devices')
  })

  it('keeps of a digest and a platform what a person compares', () => {
    expect(shortDigest(`sha256:${'3f2c1ab09d11'.padEnd(64, '0')}`)).toBe('3f2c1ab09d11')
    expect(shortPlatform('linux/arm/v7')).toBe('arm/v7')
  })

  it('makes words of a code', () => {
    expect(sentenceCase('target-release-changed')).toBe('Target release changed')
  })
})
