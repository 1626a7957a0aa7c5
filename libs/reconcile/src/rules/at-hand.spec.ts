import { describe, expect, it } from '@jest/globals'
import { imageOf, targetOf, withPolicy, type AppInput } from '../testing/targets.js'
import { confirmedDevice, planOf, seeing, stepsOf } from '../testing/updates.js'

const one: AppInput = { release: 1, services: { web: {}, db: {} } }
const next = targetOf({ release: 2, version: '2.0.0', services: { web: { version: 2 }, db: { version: 2 } } })
const device = confirmedDevice(one)
const NOW = device.engine.clock
const web = imageOf('web', 2)
const db = imageOf('db', 2)
const closed = withPolicy(next, { downloadWindows: [{ from: '03:00', to: '03:01' }], timeZone: 'UTC' })
const waitsFor = (plan: ReturnType<typeof planOf>) => plan.waits.map((wait) => wait.for)

describe('an image that a bundle has', () => {
  it('is fetched also while the window for downloads is closed, and no other', () => {
    expect(stepsOf(device, closed)).toEqual([])
    const plugged = seeing(device, { atHand: [web] })
    expect(stepsOf(plugged, closed)).toEqual(['pull web'])
    expect(waitsFor(planOf(plugged, closed))).toContain('download-window')
    const whole = seeing(device, { atHand: [web, db] })
    expect(stepsOf(whole, closed)).toEqual(['pull db', 'pull web'])
    expect(waitsFor(planOf(whole, closed))).not.toContain('download-window')
  })

  it('waits for no delta', () => {
    const awaitedDeltas = { [web]: { until: NOW + 60_000 }, [db]: { until: NOW + 60_000 } }
    expect(stepsOf(seeing(device, { awaitedDeltas, atHand: [web] }), next)).toEqual(['pull web'])
  })

  it('does not stand still where the budget is spent', () => {
    const allowance = { remainingBytes: 0, resetsAt: NOW + 60_000, reason: 'the budget of 50 MB a day is spent' }
    expect(waitsFor(planOf(seeing(device, { allowance, atHand: [web] }), next))).toContain('budget')
    expect(waitsFor(planOf(seeing(device, { allowance, atHand: [web, db] }), next))).not.toContain('budget')
  })
})
