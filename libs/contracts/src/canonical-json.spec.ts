import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { canonicalJson } from './canonical-json.js'

describe('canonical JSON', () => {
  it('sorts the keys of every object, leaves out what is undefined and keeps the order of lists', () => {
    const value = { b: 1, a: { d: undefined, c: [{ y: 2, x: 1 }, 'b', 'a'] } }
    expect(canonicalJson(value)).toBe('{"a":{"c":[{"x":1,"y":2},"b","a"]},"b":1}')
  })

  it('means the same as the value that it was made from', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(plain)
      }),
    )
  })

  it('gives one text for one value, whatever order its members were added in', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))))
  })

  it('keeps members whose names every object seems to have', () => {
    const value = JSON.parse('{"constructor":1,"__proto__":{"b":2,"a":1}}') as unknown
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":1,"b":2},"constructor":1}')
  })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, inner]) => [key, reversed(inner)] as const)
  return Object.fromEntries(members.toReversed())
}
