import type { TargetApp } from '@flotilla/contracts'
import type { Wait } from '../plan.js'
import { momentText } from '../windows/moment-text.js'
import { zoneOf } from '../windows/zone.js'
import type { View } from '../view/view.js'
import { ofApp } from './sentences.js'

/**
 * Downloads of an app whose budget is spent stand still, and the plan says so. Their steps go on: what a neighbour or a
 * bundle has costs nothing, and the rest comes when the budget grows.
 */
export function budgetWait(view: View, app: TargetApp): Wait | undefined {
  const { allowance, localTime } = view.current
  if (!allowance || allowance.remainingBytes > 0) return undefined
  const zone = zoneOf(view.target.policy.timeZone, localTime ? localTime.timeZone : undefined)
  const until = localTime === false ? '' : `; it begins anew ${momentText(allowance.resetsAt, view.now, zone)}`
  return {
    ...ofApp(app),
    for: 'budget',
    reason: `The download of release ${app.release.version} stands still: ${allowance.reason}${until}.`,
    until: allowance.resetsAt,
  }
}
