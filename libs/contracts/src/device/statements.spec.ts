import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { registerStatement, tokenStatement } from './identity.js'
import { targetStatement } from './target.js'

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))
const uuid = hex(32)
const publicKey = hex(43)

/*
 * Signatures that boards in the field have made are over exactly these texts.
 */
describe('what is signed', () => {
  it('to register is the board, its key and the provisioning key', () => {
    const hardware = { uuid: 'a'.repeat(32), publicKey: 'K'.repeat(43), platform: 'linux/arm64' as const }
    const start = `flotilla-register-v1\n${'a'.repeat(32)}\n${'K'.repeat(43)}\n`
    expect(registerStatement({ hardware })).toBe(start)
    expect(registerStatement({ hardware, provisioningKey: 'flp_1' })).toBe(`${start}flp_1`)
  })

  it('to get a token is the board and the challenge', () => {
    expect(tokenStatement({ uuid: 'a'.repeat(32), challenge: 'c' })).toBe(`flotilla-token-v1\n${'a'.repeat(32)}\nc`)
  })

  it('of a target is its payload, byte for byte', () => {
    expect(targetStatement('{"a": 1}')).toBe('flotilla-target-v1\n{"a": 1}')
  })

  it('differs for any two registrations', () => {
    const request = fc.tuple(uuid, publicKey, fc.string({ minLength: 1 })).map(([id, key, provisioningKey]) => ({
      hardware: { uuid: id, publicKey: key, platform: 'linux/arm64' as const },
      provisioningKey,
    }))
    fc.assert(
      fc.property(request, request, (a, b) => {
        expect(registerStatement(a) === registerStatement(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })

  it('for one purpose is never what is signed for another', () => {
    fc.assert(
      fc.property(uuid, publicKey, fc.string(), fc.string(), (id, key, text, payload) => {
        const hardware = { uuid: id, publicKey: key, platform: 'linux/arm64' as const }
        const all = [
          registerStatement({ hardware, provisioningKey: text }),
          tokenStatement({ uuid: id, challenge: text }),
          targetStatement(payload),
        ]
        expect(new Set(all).size).toBe(3)
      }),
    )
  })
})
