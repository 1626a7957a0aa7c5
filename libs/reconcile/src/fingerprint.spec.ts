import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { fingerprint } from './fingerprint.js'

describe('a fingerprint', () => {
  it('never changes for a value: containers in the field carry it', () => {
    expect(fingerprint({})).toBe('1bc27f5a56d1e7')
    expect(fingerprint({ web: ['a', 1, true, null, 'Grüße'] })).toBe('12b587f8ce80e0')
  })

  it('is 14 hex digits, whatever the value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(fingerprint(value)).toMatch(/^[0-9a-f]{14}$/)))
  })

  it('is equal for equal values and differs for a value that is changed a little', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (name, text, number) => {
        expect(fingerprint({ name, text, number })).toBe(fingerprint({ number, text, name }))
        expect(fingerprint({ name, text, number })).not.toBe(fingerprint({ name, text: `${text}.`, number }))
        expect(fingerprint({ name, text, number })).not.toBe(fingerprint({ name, text, number: number + 1 }))
      }),
    )
  })
})
