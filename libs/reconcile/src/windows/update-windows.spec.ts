import { describe, expect, it } from '@jest/globals'
import { UpdateWindowSchema, type UpdateWindow } from '@flotilla/contracts'
import fc from 'fast-check'
import { momentText } from './moment-text.js'
import { isOpen, nextOpening } from './update-windows.js'
import { zoneOf } from './zone.js'

const BERLIN = 'Europe/Berlin'
const nightly: UpdateWindow = { from: '02:00', to: '04:00' }

/** A moment by the wall clock of a place that is two hours (or as said) east of Greenwich. */
function at(text: string, offset = '+02:00'): number {
  return Date.parse(`${text}${offset}`)
}

describe('update windows', () => {
  it('are no restriction where there are none', () => {
    expect(isOpen([], at('2026-07-01T12:00'), BERLIN)).toBe(true)
    expect(nextOpening([], at('2026-07-01T12:00'), BERLIN)).toBe(at('2026-07-01T12:00'))
  })

  it.each([
    ['2026-07-01T01:59:59', false],
    ['2026-07-01T02:00:00', true],
    ['2026-07-01T03:59:59', true],
    ['2026-07-01T04:00:00', false],
  ])('go by local time, from the first minute to before the last: at %s, open %s', (moment, expected) => {
    expect(isOpen([nightly], at(moment), BERLIN)).toBe(expected)
    // Elsewhere it is another time of day.
    expect(isOpen([nightly], at(moment), 'America/New_York')).toBe(false)
  })

  it('over midnight belong to the day on which they begin', () => {
    const weekend: UpdateWindow = { days: ['sat'], from: '22:00', to: '06:00' }
    expect(isOpen([weekend], at('2026-07-04T23:00'), BERLIN)).toBe(true)
    expect(isOpen([weekend], at('2026-07-05T05:59'), BERLIN)).toBe(true)
    expect(isOpen([weekend], at('2026-07-04T05:00'), BERLIN)).toBe(false)
    expect(isOpen([weekend], at('2026-07-05T22:30'), BERLIN)).toBe(false)
  })

  it('that end when they begin last a whole day', () => {
    const sunday: UpdateWindow = { days: ['sun'], from: '06:00', to: '06:00' }
    expect(isOpen([sunday], at('2026-07-05T06:00'), BERLIN)).toBe(true)
    expect(isOpen([sunday], at('2026-07-06T05:59'), BERLIN)).toBe(true)
    expect(isOpen([sunday], at('2026-07-05T05:59'), BERLIN)).toBe(false)
  })

  it.each<[UpdateWindow['weeksOfMonth'], number[]]>([
    [[1], [3]],
    [[2], [10]],
    [['last'], [31]],
    [
      [1, 'last'],
      [3, 31],
    ],
    [[4], [24]],
    [[5], [31]],
  ])('count weeks by the weekday of the month: Mondays %j of August 2026', (weeksOfMonth, expected) => {
    const window: UpdateWindow = { days: ['mon'], weeksOfMonth, from: '02:00', to: '04:00' }
    const days = Array.from({ length: 31 }, (_, i) => i + 1)
    const isOpenOn = (day: number) => isOpen([window], at(`2026-08-${String(day).padStart(2, '0')}T03:00`), BERLIN)
    expect(days.filter(isOpenOn)).toEqual(expected)
  })

  it('open any of them suffices', () => {
    const windows: UpdateWindow[] = [
      { days: ['mon'], from: '02:00', to: '04:00' },
      { from: '12:00', to: '13:00' },
    ]
    expect(isOpen(windows, at('2026-07-01T12:30'), BERLIN)).toBe(true)
    expect(nextOpening(windows, at('2026-07-05T13:00'), BERLIN)).toBe(at('2026-07-06T02:00'))
  })
})

describe('the next opening', () => {
  it.each<[string, UpdateWindow, string, string]>([
    ['later today', nightly, '2026-07-01T01:00', '2026-07-01T02:00'],
    ['tomorrow', nightly, '2026-07-01T04:00', '2026-07-02T02:00'],
    ['now where it is open', nightly, '2026-07-01T03:00', '2026-07-01T03:00'],
    ['on its day of the week', { ...nightly, days: ['fri'] }, '2026-07-03T05:00', '2026-07-10T02:00'],
    [
      'in the next month that has a fifth Thursday',
      { ...nightly, days: ['thu'], weeksOfMonth: [5] },
      '2026-07-30T05:00',
      // By then it is winter, and this is 02:00.
      '2026-10-29T03:00',
    ],
  ])('is %s', (_, window, now, expected) => {
    expect(nextOpening([window], at(now), BERLIN)).toBe(at(expected))
  })

  it('is when clocks have skipped its beginning', () => {
    // In Berlin, 29 March 2026 goes from 01:59 to 03:00.
    const window: UpdateWindow = { from: '02:30', to: '04:00' }
    expect(nextOpening([window], at('2026-03-29T01:00', '+01:00'), BERLIN)).toBe(at('2026-03-29T03:00'))
    expect(isOpen([window], at('2026-03-29T03:00'), BERLIN)).toBe(true)
  })

  it('is a day later where clocks skip all of it', () => {
    const window: UpdateWindow = { from: '02:00', to: '03:00' }
    expect(nextOpening([window], at('2026-03-29T00:00', '+01:00'), BERLIN)).toBe(at('2026-03-30T02:00'))
  })

  it('comes twice in the night in which clocks show it twice', () => {
    // In Berlin, 25 October 2026 has two hours between 02:00 and 03:00.
    const window: UpdateWindow = { from: '02:00', to: '02:30' }
    const first = nextOpening([window], at('2026-10-25T00:00'), BERLIN)
    expect(first).toBe(at('2026-10-25T02:00'))
    expect(nextOpening([window], at('2026-10-25T02:40'), BERLIN)).toBe(at('2026-10-25T02:00', '+01:00'))
  })

  it('is in the board’s own zone where the named one does not exist', () => {
    expect(zoneOf('Mars/Olympus', BERLIN).name).toBe(BERLIN)
    expect(zoneOf(undefined, '').name).toBe('UTC')
  })

  it('is the first moment at which one is open, whatever the windows, the moment and the zone', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
    const window = fc.record(
      {
        from: time,
        to: time,
        days: fc.subarray<'mon' | 'wed' | 'sun'>(['mon', 'wed', 'sun'], { minLength: 1 }),
        weeksOfMonth: fc.subarray<1 | 4 | 'last'>([1, 4, 'last'], { minLength: 1 }),
      },
      { requiredKeys: ['from', 'to'] },
    )
    const zones = fc.constantFrom(BERLIN, 'UTC', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Kiritimati')
    const moment = fc.integer({ min: at('2025-01-01T00:00'), max: at('2028-01-01T00:00') })
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), moment, zones, (windows, now, zone) => {
        windows.forEach((it) => UpdateWindowSchema.parse(it))
        const opening = nextOpening(windows, now, zone)
        if (opening === undefined) return
        expect(opening).toBeGreaterThanOrEqual(now)
        expect(isOpen(windows, opening, zone)).toBe(true)
        // Nothing was open on the way, as far as steps of at least a quarter of an hour tell.
        const step = Math.max(15 * 60_000, (opening - now) / 50)
        for (let before = now; before < opening; before += step) expect(isOpen(windows, before, zone)).toBe(false)
        if (opening > now) expect(isOpen(windows, opening - 1, zone)).toBe(false)
      }),
      { numRuns: 150 },
    )
  })
})

describe('a moment, as people say it', () => {
  it.each([
    ['2026-07-01T14:05', 'at 14:05'],
    ['2026-07-02T02:00', 'tomorrow at 02:00'],
    ['2026-07-07T02:00', 'on Tuesday at 02:00'],
    ['2026-07-08T02:00', 'on 2026-07-08 at 02:00'],
  ])('%s is %s', (moment, text) => {
    expect(momentText(at(moment), at('2026-07-01T12:00'), zoneOf(BERLIN))).toBe(text)
  })
})
