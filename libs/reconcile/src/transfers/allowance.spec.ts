import { describe, expect, it } from '@jest/globals'
import { TransferPolicySchema } from '@flotilla/contracts'
import fc from 'fast-check'
import { allowanceOf, NO_USE, useAt, type TransferMoment } from './allowance.js'

const BERLIN = ['Europe/Berlin']
const MEGABYTE = 1_000_000
const noon = Date.parse('2026-07-01T12:00+02:00')
const moment: TransferMoment = { now: noon, timeZones: BERLIN, isMetered: false }
const use = { day: '2026-07-01', month: '2026-07', usedToday: 30 * MEGABYTE, usedThisMonth: 400 * MEGABYTE }

describe('what may be downloaded', () => {
  it('is any number of bytes where nothing is capped', () => {
    expect(allowanceOf(TransferPolicySchema.parse({}), use, moment)).toBeUndefined()
  })

  it('is what is left of the day', () => {
    const policy = TransferPolicySchema.parse({ bytesPerDay: 50 * MEGABYTE })
    const expected = { remainingBytes: 20 * MEGABYTE, resetsAt: Date.parse('2026-07-02T00:00+02:00') }
    expect(allowanceOf(policy, use, moment)).toMatchObject(expected)
  })

  it('is what is left of the month where that is less', () => {
    const policy = TransferPolicySchema.parse({ bytesPerDay: 50 * MEGABYTE, bytesPerMonth: 405 * MEGABYTE })
    const expected = { remainingBytes: 5 * MEGABYTE, resetsAt: Date.parse('2026-08-01T00:00+02:00') }
    expect(allowanceOf(policy, use, moment)).toMatchObject(expected)
  })

  it('is nothing until the later of two ends where both are spent', () => {
    const policy = TransferPolicySchema.parse({ bytesPerDay: MEGABYTE, bytesPerMonth: 400 * MEGABYTE })
    expect(allowanceOf(policy, use, moment)).toEqual({
      remainingBytes: 0,
      resetsAt: Date.parse('2026-08-01T00:00+02:00'),
      reason: 'the budget of 400 MB a month is spent',
    })
  })

  it('is capped on metered links alone where the policy says so', () => {
    const policy = TransferPolicySchema.parse({ bytesPerDay: 0, appliesTo: 'metered' })
    expect(allowanceOf(policy, use, moment)).toBeUndefined()
    expect(allowanceOf(policy, use, { ...moment, isMetered: true })?.remainingBytes).toBe(0)
  })

  it('begins anew with the day and the month, by local time', () => {
    const at = (text: string) => useAt(use, { ...moment, now: Date.parse(text) })
    expect(at('2026-07-01T23:59+02:00').usedToday).toBe(use.usedToday)
    expect(at('2026-07-02T00:00+02:00')).toMatchObject({ usedToday: 0, usedThisMonth: use.usedThisMonth })
    expect(at('2026-08-01T00:00+02:00')).toMatchObject({ usedToday: 0, usedThisMonth: 0 })
  })

  it('does not begin anew while the board does not know the time', () => {
    expect(useAt(use, { now: Date.parse('1970-01-01'), isMetered: false })).toBe(use)
    const policy = TransferPolicySchema.parse({ bytesPerDay: 30 * MEGABYTE })
    expect(allowanceOf(policy, use, { now: 0, isMetered: false })?.remainingBytes).toBe(0)
  })

  it('never exceeds a cap, and grows by no later moment of the same day', () => {
    const bytes = fc.integer({ min: 0, max: 10 ** 9 })
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.integer({ min: 0, max: 11 * 3_600_000 }), (cap, today, before, later) => {
        const policy = TransferPolicySchema.parse({ bytesPerDay: cap })
        const spent = { ...use, usedToday: today, usedThisMonth: today + before }
        const first = allowanceOf(policy, spent, moment)?.remainingBytes ?? Infinity
        const second = allowanceOf(policy, spent, { ...moment, now: noon + later })?.remainingBytes
        expect(first).toBe(Math.max(0, cap - today))
        expect(second).toBe(first)
        expect(allowanceOf(policy, NO_USE, moment)?.remainingBytes).toBe(cap)
      }),
    )
  })
})
