import type { Wait } from '../plan.js'
import { imageReference } from '../images.js'
import { byText, ownMember } from '../own-member.js'
import type { ServiceView } from '../view/services.js'
import type { View } from '../view/view.js'
import { listText, ofApp } from './sentences.js'

/**
 * Until when the download of a service's image waits for a delta that is being made; undefined: it does not. A time that
 * is over, or so far away that only a clock set back can have made it so, holds nothing up.
 */
export function deltaAwaitedUntil({ current, target, now }: View, { service }: ServiceView): number | undefined {
  const until = ownMember(current.awaitedDeltas ?? {}, imageReference(service.image))?.until
  if (until === undefined || until <= now) return undefined
  return until - now <= target.policy.transfers.waitForDeltaSeconds * 1000 ? until : undefined
}

/** One for each app. */
export function deltaWaits(view: View, items: readonly ServiceView[]): Wait[] {
  return view.target.apps.flatMap((app) => {
    const own = items.filter((item) => item.app.id === app.id)
    const times = own.flatMap((item) => deltaAwaitedUntil(view, item) ?? [])
    if (times.length === 0) return []
    const names = listText([...new Set(own.map(({ name }) => name))].sort(byText))
    const what = own.length === 1 ? 'its delta, which is' : 'their deltas, which are'
    const reason = `The download of ${names} for release ${app.release.version} waits for ${what} being made.`
    return [{ ...ofApp(app), for: 'delta' as const, reason, until: Math.min(...times) }]
  })
}
