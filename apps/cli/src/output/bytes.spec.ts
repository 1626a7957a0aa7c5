import { expect, it } from '@jest/globals'
import { formatBytes, parseBytes } from './bytes.js'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [123_456_789, '123 MB'],
  [5e15, '5000 TB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it.each([
  ['500000', 500_000],
  ['250kB', 250_000],
  ['250KB', 250_000],
  ['50 MB', 50_000_000],
  ['1.5GB', 1_500_000_000],
  ['7B', 7],
  ['many', undefined],
  ['-1MB', undefined],
  ['5 MiB', undefined],
])('reads %s as %s bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})
