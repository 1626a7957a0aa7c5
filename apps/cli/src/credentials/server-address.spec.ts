import { describe, expect, it } from '@jest/globals'
import { isUnprotected, parseServerAddress } from './server-address.js'

describe('server addresses', () => {
  it.each([
    ['https://Flotilla.Example.com/', 'https://flotilla.example.com'],
    ['flotilla.example.com', 'https://flotilla.example.com'],
    ['localhost:8080', 'http://localhost:8080'],
    ['127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://192.168.1.5:80', 'http://192.168.1.5'],
    ['https://example.com/flotilla/', 'https://example.com/flotilla'],
  ])('writes %s as %s', (typed, address) => {
    expect(parseServerAddress(typed)).toBe(address)
  })

  it.each(['', 'http://', 'ftp://example.com', 'https://user:secret@example.com', 'https://example.com/?a=b'])(
    'refuses %p',
    (typed) => {
      expect(() => parseServerAddress(typed)).toThrow(/is not the address of a server/)
    },
  )

  it('calls plain http unprotected, but for this machine', () => {
    expect(isUnprotected('http://192.168.1.5')).toBe(true)
    expect(isUnprotected('http://localhost:8080')).toBe(false)
    expect(isUnprotected('http://[::1]:8080')).toBe(false)
    expect(isUnprotected('http://localhost.example.com')).toBe(true)
    expect(isUnprotected('https://example.com')).toBe(false)
  })
})
