import type { Wait } from '../plan.js'
import type { View } from '../view/view.js'
import { momentText } from '../windows/moment-text.js'
import { isOpen, nextOpening } from '../windows/update-windows.js'
import { zoneOf } from '../windows/zone.js'

/**
 * What the windows for downloads or switches say now; undefined where they say nothing against it. `what` begins the
 * sentence: `The switch to release 1.2.0`. A board that does not know the time never guesses.
 */
export function windowWait(
  { target, current, now }: View,
  kind: 'download' | 'switch',
  what: string,
): Pick<Wait, 'for' | 'reason' | 'until'> | undefined {
  const { policy } = target
  const windows = kind === 'download' ? policy.downloadWindows : policy.switchWindows
  if (windows.length === 0) return undefined
  if (current.localTime === false) {
    return { for: 'clock', reason: `${what} waits for its window, and the board does not know the time yet.` }
  }
  const zone = zoneOf(policy.timeZone, current.localTime?.timeZone)
  if (isOpen(windows, now, zone)) return undefined
  const until = nextOpening(windows, now, zone)
  const opening = until === undefined ? 'never opens' : `opens ${momentText(until, now, zone)} (${zone.name})`
  return {
    for: `${kind}-window`,
    reason: `${what} waits for its window, which ${opening}.`,
    ...(until !== undefined && { until }),
  }
}
