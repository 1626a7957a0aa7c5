import { describe, expect, it } from '@jest/globals'
import type { Stamp } from '../ports.js'
import type { SpooledEvent } from '../stored.js'
import { dateEvents } from './date-events.js'

describe('the times of events', () => {
  const at = (time: string) => `2026-11-21T${time}.000Z`
  const event = (number: number, time: string, stamp?: Stamp): SpooledEvent => ({
    ...{ number, at: time, kind: 'step-done', detail: {} },
    ...(stamp && { stamp }),
  })
  const LONG_AGO = '1970-01-01T00:00:30.000Z'
  const stamp = (boot: string, seconds: number): Stamp => ({ boot, monotonicMs: seconds * 1000 })
  const boots: Record<string, number> = { known: Date.parse(at('08:00:00')) }
  const date = (...events: SpooledEvent[]) =>
    dateEvents(events, ({ boot, monotonicMs }) => {
      const start = boots[boot]
      return start === undefined ? undefined : start + monotonicMs
    }).map((dated) => ({ at: dated.at, isEstimated: dated.detail.timeIsEstimated === true }))

  it('are those that were true when they happened', () => {
    const [known] = dateEvents([event(1, '2026-11-21T08:00:00Z')], () => undefined)
    expect(known).toEqual({ number: 1, at: '2026-11-21T08:00:00Z', kind: 'step-done', detail: {} })
  })

  it('are found afterwards where the time of their boot became known', () => {
    expect(date(event(1, LONG_AGO, stamp('known', 30)))).toEqual([{ at: at('08:00:30'), isEstimated: false }])
  })

  it('are estimated to lie just before what followed, with their distances, where it never did', () => {
    const events = [
      event(1, at('06:00:00')),
      event(2, '2027-01-01T00:00:00Z', stamp('lost', 10)),
      event(3, '2027-01-01T00:00:20Z', stamp('lost', 30)),
      event(4, LONG_AGO, stamp('known', 0)),
    ]
    expect(date(...events)).toEqual([
      { at: at('06:00:00'), isEstimated: false },
      { at: at('07:59:40'), isEstimated: true },
      { at: at('08:00:00'), isEstimated: true },
      { at: at('08:00:00'), isEstimated: false },
    ])
  })

  it('are estimated by the board’s clock where that is possible, and never before what happened first', () => {
    const events = [
      event(1, at('06:00:00')),
      event(2, at('07:00:00'), stamp('lost', 10)),
      event(3, LONG_AGO, stamp('lost too', 5)),
      event(4, LONG_AGO, stamp('lost too', 6)),
    ]
    expect(date(...events).map((it) => it.at)).toEqual([at('06:00:00'), at('07:00:00'), at('07:00:00'), at('07:00:01')])
  })

  it('never go back, however little room there is', () => {
    const events = [
      event(1, at('07:59:59')),
      event(2, LONG_AGO, stamp('lost', 0)),
      event(3, LONG_AGO, stamp('lost', 3600)),
      event(4, LONG_AGO, stamp('known', 0)),
    ]
    const times = date(...events).map((it) => it.at)
    expect(times).toEqual([...times].sort())
  })
})
