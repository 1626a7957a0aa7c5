import type { CurrentContainer, Lock } from '../current-state.js'
import { byText } from '../own-member.js'
import type { Wait } from '../plan.js'
import type { View } from '../view/view.js'

/** Locks in force on the services of these containers, each once. */
export function locksOn({ current, now }: View, containers: readonly CurrentContainer[]): Lock[] {
  return (current.locks ?? [])
    .filter(({ until }) => until === undefined || until > now)
    .filter((lock) => containers.some(({ appId, service }) => appId === lock.appId && service === lock.service))
    .sort((a, b) => byText(a.appId, b.appId) || byText(a.service, b.service) || byText(a.by, b.by))
}

/** `what` begins the sentence: `The switch to release 1.2.0`. */
export function lockWait(lock: Lock, what: string): Wait {
  const { appId, service, by, reason, until } = lock
  const how = by === 'file' ? 'with a lock file in its container' : 'over the local API'
  const why = reason ? ` (${reason.slice(0, LONGEST_REASON).replace(/\s+/g, ' ')})` : ''
  return {
    subject: service,
    appId,
    service,
    for: 'lock',
    reason: `${what} waits for ${service}, which asks not to be stopped ${how}${why}.`,
    ...(until !== undefined && { until }),
  }
}

// An app's own words: they must leave room for ours.
const LONGEST_REASON = 120
