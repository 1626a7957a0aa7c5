import { describe, expect, it } from '@jest/globals'
import { hashPassword, impossibleHash, isOutdatedHash, verifyPassword } from './password-hash.js'

describe('password hashes', () => {
  it('knows the password that it was made from, and no other', async () => {
    const hash = await hashPassword('correct horse battery')
    expect(hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await verifyPassword('correct horse battery', hash)).toBe(true)
    expect(await verifyPassword('correct horse batterz', hash)).toBe(false)
  })

  it('is salted', async () => {
    expect(await hashPassword('the same password')).not.toBe(await hashPassword('the same password'))
  })

  it('takes a password however the keyboard composes its letters', async () => {
    const hash = await hashPassword('gar\u00e7on gar\u00e7on')
    expect(await verifyPassword('garc\u0327on garc\u0327on', hash)).toBe(true)
  })

  it('verifies hashes with smaller costs and calls them outdated', async () => {
    // scrypt('pleaseletmein', 'SodiumChloride', N 16384, r 8, p 1) of RFC 7914, first 32 bytes.
    const digest = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex')
    const hash = `$scrypt$ln=14,r=8,p=1$${encode(Buffer.from('SodiumChloride'))}$${encode(digest)}`
    expect(await verifyPassword('pleaseletmein', hash)).toBe(true)
    expect(isOutdatedHash(hash)).toBe(true)
    expect(isOutdatedHash(await hashPassword('pleaseletmein'))).toBe(false)
  })

  it('never verifies what is no hash, or a hash that nothing was made from', async () => {
    for (const hash of ['none', '', '$scrypt$ln=15,r=8,p=3$$', impossibleHash()]) {
      expect(await verifyPassword('', hash)).toBe(false)
    }
  })
})

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
