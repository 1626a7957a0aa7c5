import { describe, expect, it } from '@jest/globals'
import { boardAddress } from './board-door.js'

describe('the address of a board', () => {
  it.each([
    ['pi.local', 'http://pi.local:48480'],
    ['10.0.0.7:80', 'http://10.0.0.7:80'],
    ['pi.local:5000', 'http://pi.local:5000'],
    ['fe80::1', 'http://[fe80::1]:48480'],
    ['[fe80::1]:5000', 'http://[fe80::1]:5000'],
    ['http://pi.local', 'http://pi.local'],
    ['https://board.example.com/7/', 'https://board.example.com/7'],
  ])('that is written %s is %s', (text, address) => {
    expect(boardAddress(text)).toBe(address)
  })

  it('is refused where it is none', () => {
    expect(() => boardAddress('no board')).toThrow('no board is no address of a board.')
  })
})
