import type { CurrentContainer } from '../current-state.js'
import type { Sickness } from '../memory.js'
import { ownMember } from '../own-member.js'
import type { Wait } from '../plan.js'
import { restartPolicy } from '../readiness.js'
import { needsStart } from '../restart-policy.js'
import { presentContainers, restartAt } from '../trial/sickness.js'
import { findService, type View } from '../view/view.js'
import type { Departure } from './departures.js'

/**
 * A service that is unhealthy is restarted, less and less often: it stops, and starts again by the rule for what should
 * run. What nobody would start again is left as it is, and so is what is being tried: that is judged.
 */
export function pausesForHealth(view: View): Departure[] {
  return unhealthy(view)
    .filter(({ sickness }) => restartAt(sickness, view.now) === undefined)
    .map(({ container }) => ({ container, reason: 'it is unhealthy' }))
}

/** When what is unhealthy is restarted the next time. */
export function waitsForHealth(view: View): Wait[] {
  return unhealthy(view).flatMap(({ container: { appId, service }, sickness }) => {
    const until = restartAt(sickness, view.now)
    if (until === undefined) return []
    const error = `${service} is unhealthy, the ${ordinal(sickness.count)} time lately`
    const wait = { subject: service, appId, service, for: 'back-off' as const }
    return [{ ...wait, reason: `${error}, and will be restarted.`, until, error: `${error}.` }]
  })
}

function unhealthy(view: View): { container: CurrentContainer; sickness: Sickness }[] {
  return Object.entries(view.current.memory ?? {})
    .filter(([, { good, trial }]) => !(good && trial?.isPermitted))
    .flatMap(([appId, memory]) =>
      presentContainers(view, appId).flatMap((container) => {
        const sickness = ownMember(memory.sickness ?? {}, container.service)
        const isSick = sickness?.isUnhealthy && container.status === 'running' && container.health === 'unhealthy'
        return isSick && isStartedAgain(view, container) ? [{ container, sickness }] : []
      }),
    )
}

function isStartedAgain(view: View, container: CurrentContainer): boolean {
  const item = findService(view, container.appId, container.service)
  const policy = item ? restartPolicy(item, container) : container.restart
  return policy !== undefined && needsStart({ ...container, status: 'exited', exitCode: 143 }, policy)
}

function ordinal(count: number): string {
  return ['', 'first', 'second', 'third', 'fourth', 'fifth'][count] ?? `${count}th`
}
