import type { CurrentContainer } from '../current-state.js'
import type { AppMemory, Sickness } from '../memory.js'
import { ownMember } from '../own-member.js'
import { LONGEST_BACK_OFF_MS } from '../rules/back-off.js'
import type { View } from '../view/view.js'

const FIRST_PAUSE_MS = 60_000
// Well for so long, and what was before no longer counts.
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000

/** Counts how often services turn unhealthy: each time, the restart that is to help comes later. */
export function followHealth(memory: AppMemory, appId: string, view: View): AppMemory {
  const former = memory.sickness ?? {}
  const next = presentContainers(view, appId).flatMap((container) => {
    const sickness = nextSickness(ownMember(former, container.service), container, view.now)
    return sickness ? [[container.service, sickness] as const] : []
  })
  const isSame =
    next.length === Object.keys(former).length && next.every(([name, it]) => ownMember(former, name) === it)
  if (isSame) return memory
  const { sickness: _former, ...rest } = memory
  return next.length === 0 ? rest : { ...rest, sickness: Object.fromEntries(next) }
}

/** Of each service of an app the container that counts: before its switch, that of the present release. */
export function presentContainers(view: View, appId: string): CurrentContainer[] {
  const wanted = view.services
    .filter((item) => item.app.id === appId)
    .flatMap((it) => it.right ?? it.containers[0] ?? [])
  const unwanted = view.unwanted.flatMap(([first]) => (first?.appId === appId ? [first] : []))
  return [...wanted, ...unwanted]
}

/** When a service that is unhealthy is restarted; undefined: now. */
export function restartAt({ restartAt: at }: Sickness, now: number): number | undefined {
  // A time further away was written by a clock that has been set back since.
  return at > now && at - now <= LONGEST_BACK_OFF_MS ? at : undefined
}

function nextSickness(
  former: Sickness | undefined,
  { status, health, startedAt }: CurrentContainer,
  now: number,
): Sickness | undefined {
  const isUnhealthy = status === 'running' && health === 'unhealthy'
  // While it is down or starting, nothing can be told.
  const isWell = status === 'running' && health !== 'unhealthy' && health !== 'starting'
  if (isUnhealthy) {
    const isKnown = former?.isUnhealthy && former.startedAt === startedAt
    return isKnown ? former : turnedUnhealthy(former, startedAt, now)
  }
  if (!former) return undefined
  if (former.isUnhealthy) return isWell ? { ...former, isUnhealthy: false, at: now } : former
  return now - former.at >= FORGOTTEN_AFTER_MS || now < former.at - LONGEST_BACK_OFF_MS ? undefined : former
}

function turnedUnhealthy(former: Sickness | undefined, startedAt: number | undefined, now: number): Sickness {
  const count = (former?.count ?? 0) + 1
  const pauseMs = count === 1 ? 0 : Math.min(LONGEST_BACK_OFF_MS, FIRST_PAUSE_MS * 2 ** Math.min(count - 2, 10))
  return { count, isUnhealthy: true, ...(startedAt !== undefined && { startedAt }), at: now, restartAt: now + pauseMs }
}
