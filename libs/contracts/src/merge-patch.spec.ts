import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { canonicalJson, type Json } from './canonical-json.js'
import { applyMergePatch, diffMergePatch } from './merge-patch.js'

type JsonObject = { [key: string]: Json }

// Service names may be anything, also what every object seems to have; few names make members meet.
const names = fc.oneof(fc.constantFrom('a', 'b', 'web', '1', 'constructor', '__proto__', 'toString'), fc.string())
const { state } = fc.letrec<{ state: JsonObject; value: Json }>((tie) => ({
  state: fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 2 })),
    tie('state'),
  ),
}))

describe('applying a merge patch', () => {
  // The examples of RFC 7396, appendix A.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"a":1,"e":null}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('turns %s with %s into %s', (base, patch, result) => {
    expect(canonicalJson(applyMergePatch(parse(base), parse(patch)))).toBe(result)
  })

  it('leaves both of its inputs as they were', () => {
    fc.assert(
      fc.property(state, state, (base, patch) => {
        const before = JSON.stringify([base, patch])
        applyMergePatch(base, patch)
        expect(JSON.stringify([base, patch])).toBe(before)
      }),
    )
  })
})

describe('the difference of two states', () => {
  it('turns the one into the other', () => {
    fc.assert(
      fc.property(state, state, (base, next) => {
        const patch = diffMergePatch(base, next)
        expect(canonicalJson(applyMergePatch(base, patch ?? {}))).toBe(canonicalJson(next))
      }),
      { numRuns: 1000 },
    )
  })

  it('still does after a way over the wire', () => {
    fc.assert(
      fc.property(state, state, (base, next) => {
        const patch = parse(JSON.stringify(diffMergePatch(base, next) ?? {}))
        expect(canonicalJson(applyMergePatch(parse(JSON.stringify(base)), patch))).toBe(canonicalJson(next))
      }),
    )
  })

  it('is nothing between equal states, whatever the order of their members', () => {
    fc.assert(
      fc.property(state, (base) => {
        const same = Object.fromEntries(Object.entries(base).toReversed())
        expect(diffMergePatch(base, same)).toBeUndefined()
      }),
    )
  })

  it('holds only what differs', () => {
    const base = {
      activity: 'updating',
      apps: { a: { services: { web: { status: 'running' }, db: { status: 'running' } } } },
    }
    const next = { apps: { a: { services: { web: { status: 'exited', exitCode: 1 }, db: { status: 'running' } } } } }
    expect(diffMergePatch(base, next)).toEqual({
      activity: null,
      apps: { a: { services: { web: { status: 'exited', exitCode: 1 } } } },
    })
  })

  it('takes an undefined member for an absent one', () => {
    const undefinedError = { error: undefined } as unknown as JsonObject
    expect(diffMergePatch({ error: 'gone' }, undefinedError)).toEqual({ error: null })
    expect(diffMergePatch({}, undefinedError)).toBeUndefined()
  })
})

function parse(text: string): Json {
  return JSON.parse(text) as Json
}
