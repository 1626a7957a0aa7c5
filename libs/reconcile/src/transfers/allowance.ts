import type { TransferPolicy } from '@flotilla/contracts'
import type { CurrentState } from '../current-state.js'
import { bytesText } from '../rules/sentences.js'
import { zoneOf } from '../windows/zone.js'

/*
 * What downloads have cost, by days and months of the device's local time, and what a policy leaves of its caps.
 */

/** Bytes that were asked for; day and month are those of the last of them. */
export interface TransferUse {
  // 2026-11-21 and 2026-11, by the wall clock; empty: nothing was ever counted.
  day: string
  month: string
  usedToday: number
  usedThisMonth: number
}

export const NO_USE: TransferUse = { day: '', month: '', usedToday: 0, usedThisMonth: 0 }

export interface TransferMoment {
  now: number
  // IANA names; the first that this machine knows counts. Absent: the board does not know the time, and no day ends.
  timeZones?: (string | undefined)[]
  // The way out is by an interface that the policy calls metered.
  isMetered: boolean
}

const DAY_MS = 86_400_000

/** The same use as of this moment: a day or a month that is over counts no more. */
export function useAt(use: TransferUse, { now, timeZones }: TransferMoment): TransferUse {
  if (!timeZones) return use
  const date = new Date(zoneOf(...timeZones).wallAt(now)).toISOString()
  const [day, month] = [date.slice(0, 10), date.slice(0, 7)]
  if (use.day === day) return use
  return { day, month, usedToday: 0, usedThisMonth: use.month === month ? use.usedThisMonth : 0 }
}

/** Whether a policy has caps. Where it has none, nothing is counted: time zones alone would cost a small board 10 MB. */
export function isCapped({ bytesPerDay, bytesPerMonth }: TransferPolicy): boolean {
  return bytesPerDay !== undefined || bytesPerMonth !== undefined
}

/** Whether what is downloaded now is held against the caps. */
export function isCounted(policy: TransferPolicy, { isMetered }: TransferMoment): boolean {
  return isCapped(policy) && (policy.appliesTo === 'all' || isMetered)
}

/** What may be downloaded now; undefined: any number of bytes. */
export function allowanceOf(
  policy: TransferPolicy,
  use: TransferUse,
  moment: TransferMoment,
): CurrentState['allowance'] {
  if (!isCounted(policy, moment)) return undefined
  const { usedToday, usedThisMonth } = useAt(use, moment)
  const caps = [
    ...capOf(policy.bytesPerMonth, usedThisMonth, { resetsAt: monthEnd(moment), what: 'a month' }),
    ...capOf(policy.bytesPerDay, usedToday, { resetsAt: dayEnd(moment), what: 'a day' }),
  ]
  // Of two that are spent, the one that lasts longer says until when.
  return caps.sort((a, b) => a.remainingBytes - b.remainingBytes || b.resetsAt - a.resetsAt)[0]
}

type Allowance = NonNullable<CurrentState['allowance']>

function capOf(cap: number | undefined, used: number, { resetsAt, what }: { resetsAt: number; what: string }) {
  if (cap === undefined) return []
  const allowance: Allowance = {
    remainingBytes: Math.max(0, cap - used),
    resetsAt,
    reason: `the budget of ${bytesText(cap)} ${what} is spent`,
  }
  return [allowance]
}

// A board that does not know the time looks again in a day: it may know by then.
function dayEnd({ now, timeZones }: TransferMoment): number {
  if (!timeZones) return now + DAY_MS
  const zone = zoneOf(...timeZones)
  return zone.firstMomentAt((Math.floor(zone.wallAt(now) / DAY_MS) + 1) * DAY_MS)
}

function monthEnd({ now, timeZones }: TransferMoment): number {
  if (!timeZones) return now + DAY_MS
  const zone = zoneOf(...timeZones)
  const date = new Date(zone.wallAt(now))
  return zone.firstMomentAt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1))
}
