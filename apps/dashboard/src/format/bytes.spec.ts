import { describe, expect, it } from '@jest/globals'
import { describeBytes, describeMemory } from './bytes.js'

describe('describeBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_400_000, '12.4 MB'],
    [242_000_000, '242 MB'],
    [3_100_000_000, '3.1 GB'],
  ])('says of %d: %s', (bytes, text) => {
    expect(describeBytes(bytes)).toBe(text)
  })
})

describe('describeMemory', () => {
  it('speaks as boards are sold', () => {
    expect(describeMemory(512 * 1024 ** 2)).toBe('512 MB')
    expect(describeMemory(4 * 1024 ** 3)).toBe('4 GB')
  })
})
