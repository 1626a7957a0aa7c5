import { describe, expect, it } from '@jest/globals'
import { isInRange } from './version-range.js'

describe('a range of versions', () => {
  it.each([
    ['>=14', ['14.0.0', '19.0.5'], ['13.9.9']],
    ['>5.15.*', ['5.16.0', '6.1.0-rpi7-rpi-v8'], ['5.15.99', '5.10.0']],
    ['> 6.3.0+rev4', ['6.3.1'], ['6.3.0', '6.2.9']],
    ['<=5', ['5.9.9', '4.0.0'], ['6.0.0']],
    ['<32.2', ['32.1.9'], ['32.2.0']],
    ['32.7', ['32.7.1', 'v32.7'], ['32.8.0', '32.6.9']],
    ['=1.2.3', ['1.2.3'], ['1.2.4', '1.2.2']],
    ['^1.2.3', ['1.2.3', '1.9.0'], ['1.2.2', '2.0.0']],
    ['^0.2.3', ['0.2.9'], ['0.3.0', '0.2.2']],
    ['^0.0.3', ['0.0.3'], ['0.0.4']],
    ['^0', ['0.9.9'], ['1.0.0']],
    ['~1.2.3', ['1.2.9'], ['1.3.0', '1.2.2']],
    ['~>1', ['1.9.0'], ['2.0.0']],
    ['>=1.2 <2', ['1.2.0', '1.9.9'], ['2.0.0', '1.1.9']],
    ['1.2 - 2.3', ['1.2.0', '2.3.9'], ['2.4.0', '1.1.0']],
    ['7.x || ^9', ['7.4.1', '9.9.9'], ['8.0.0', '10.0.0']],
    ['*', ['0.0.0', '3.1.4'], []],
    ['', ['0.0.0'], []],
    ['>*', [], ['1.0.0']],
    ['<=*', ['99.0.0'], []],
  ])('%j has some and not others', (range, inside, outside) => {
    expect(inside.filter((version) => isInRange(version, range) !== true)).toEqual([])
    expect(outside.filter((version) => isInRange(version, range) !== false)).toEqual([])
  })

  it.each(['not-valid', '>=', '1.2.3.4', '>=1 <', '1 - ', '>>1', '>=1,<2'])('is none where it says %j', (range) => {
    expect(isInRange('1.0.0', range)).toBeUndefined()
  })

  it('holds nothing that is no version', () => {
    expect(isInRange('unknown', '*')).toBeUndefined()
  })
})
