import type { AppMemory, Sickness } from '../memory.js'
import { ownMember } from '../own-member.js'
import { LONGEST_BACK_OFF_MS } from '../rules/back-off.js'
import type { ServiceView } from '../view/services.js'

const FIRST_PAUSE_MS = 60_000
// Well for so long, and what was before no longer counts.
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000

/** Counts how often services turn unhealthy: each time, the restart that is to help comes later. */
export function followHealth(memory: AppMemory, services: ServiceView[], now: number): AppMemory {
  const former = memory.sickness ?? {}
  const next = services.flatMap((item) => {
    const sickness = nextSickness(ownMember(former, item.name), item, now)
    return sickness ? [[item.name, sickness] as const] : []
  })
  const isSame =
    next.length === Object.keys(former).length && next.every(([name, it]) => ownMember(former, name) === it)
  if (isSame) return memory
  const { sickness: _former, ...rest } = memory
  return next.length === 0 ? rest : { ...rest, sickness: Object.fromEntries(next) }
}

/** When a service that is unhealthy is restarted; undefined: now. */
export function restartAt({ restartAt: at }: Sickness, now: number): number | undefined {
  // A time further away was written by a clock that has been set back since.
  return at > now && at - now <= LONGEST_BACK_OFF_MS ? at : undefined
}

function nextSickness(former: Sickness | undefined, { right }: ServiceView, now: number): Sickness | undefined {
  // While it is down or starting, nothing can be told.
  const isUnhealthy = right?.status === 'running' && right.health === 'unhealthy'
  const isWell = right?.status === 'running' && right.health !== 'unhealthy'
  if (isUnhealthy) return former?.isUnhealthy ? former : turnedUnhealthy(former, now)
  if (!former) return undefined
  if (former.isUnhealthy) return isWell ? { ...former, isUnhealthy: false, at: now } : former
  return now - former.at >= FORGOTTEN_AFTER_MS || now < former.at - LONGEST_BACK_OFF_MS ? undefined : former
}

function turnedUnhealthy(former: Sickness | undefined, now: number): Sickness {
  const count = (former?.count ?? 0) + 1
  const pauseMs = count === 1 ? 0 : Math.min(LONGEST_BACK_OFF_MS, FIRST_PAUSE_MS * 2 ** Math.min(count - 2, 10))
  return { count, isUnhealthy: true, at: now, restartAt: now + pauseMs }
}
