import { describe, expect, it } from '@jest/globals'
import { formatWindow, parseWindow } from './update-windows.js'

describe('an update window', () => {
  it.each([
    ['mon-fri 02:00-04:00', { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '02:00', to: '04:00' }],
    ['last sun 01:00-05:00', { days: ['sun'], weeksOfMonth: ['last'], from: '01:00', to: '05:00' }],
    ['first,third mon,wed 01:00-05:00', { days: ['mon', 'wed'], weeksOfMonth: [1, 3], from: '01:00', to: '05:00' }],
    ['fri-sun 22:00-06:00', { days: ['fri', 'sat', 'sun'], from: '22:00', to: '06:00' }],
    ['daily 22:00-06:00', { from: '22:00', to: '06:00' }],
  ])('%j is read, and written the same way', (text, window) => {
    const read = parseWindow(text)
    expect(read).toEqual(window)
    expect(formatWindow(read)).toBe(text)
  })

  it('goes over the end of the week, and needs no day', () => {
    expect(parseWindow('sat-mon 01:00-02:00').days).toEqual(['sat', 'sun', 'mon'])
    expect(parseWindow('22:00-06:00')).toEqual({ from: '22:00', to: '06:00' })
  })

  it.each([
    '',
    'mon',
    'moon 01:00-02:00',
    'mon-tue-wed 01:00-02:00',
    'sixth mon 01:00-02:00',
    'mon 1-2',
    '24:00-25:00',
  ])('refuses %j and shows right ones', (text) => {
    expect(() => parseWindow(text)).toThrow('Give a window like')
  })
})
