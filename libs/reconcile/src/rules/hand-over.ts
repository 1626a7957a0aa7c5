import type { CurrentContainer } from '../current-state.js'
import { handoverTimeoutMs, strategyOf } from '../labels.js'
import type { Wait } from '../plan.js'
import { unmetDependencies } from '../readiness.js'
import { isLive } from '../restart-policy.js'
import type { ServiceView } from '../view/services.js'
import type { View } from '../view/view.js'
import { canCreate } from './creation.js'

/*
 * hand-over: the next container runs beside the former one until it says that it has taken over, or its time is up. The
 * way back is no hand-over: what has failed is to be gone.
 */

/** Whether the next container may be made while a former one still runs. */
export function isHandingOver(view: View, item: ServiceView): boolean {
  if (item.right || !isHandedOver(view, item) || !item.containers.some(isLive)) return false
  if (item.containers.some(({ id }) => view.networks.evicted.has(id))) return false
  // Made from the same spec, it would have the same name.
  if (item.containers.some(({ specHash }) => specHash === item.wanted?.specHash)) return false
  return canCreate(view, item) && unmetDependencies(view, item).length === 0
}

/** Whether the next container may start while `former` still runs. */
export function runsBeside(view: View, item: ServiceView, right: CurrentContainer, former: CurrentContainer): boolean {
  return isHandedOver(view, item) && !isOlder(right, former)
}

/** Whether a former container may go for the right one. */
export function mayFormerGo(view: View, item: ServiceView, right: CurrentContainer, former: CurrentContainer): boolean {
  if (!isLive(former) || !runsBeside(view, item, right, former)) return true
  if (!isLive(right)) return false
  if (right.hasTakenOver) return true
  // Time alone is no reason to end what works for what does not.
  if (right.status !== 'running' || (right.health !== undefined && right.health !== 'healthy')) return false
  return takeOverEnd(view, item, right) === undefined
}

/** Until when the former containers are kept at most. */
export function waitForTakeOver(view: View, item: ServiceView): Wait[] {
  const { right, containers, app, name } = item
  if (!right) return []
  const kept = containers.filter((it) => it !== right && isLive(it) && !mayFormerGo(view, item, right, it))
  if (kept.length === 0) return []
  const until = takeOverEnd(view, item, right)
  return [
    {
      subject: name,
      appId: app.id,
      service: name,
      for: 'take-over',
      reason: `The former container of ${name} stays until the new one has taken over.`,
      ...(until !== undefined && { until }),
    },
  ]
}

function isHandedOver({ progress }: View, { app, service, isStopped }: ServiceView): boolean {
  return strategyOf(service) === 'hand-over' && progress.get(app.id)?.standing !== 'going-back' && !isStopped
}

// One that was made later is no former one: it is what a target was before it went back.
function isOlder(right: CurrentContainer, other: CurrentContainer): boolean {
  return right.startedAt !== undefined && other.startedAt !== undefined && right.startedAt < other.startedAt
}

// Undefined when it is over. A start in the future was written by a clock that has been set back since.
function takeOverEnd({ now }: View, { service }: ServiceView, { startedAt }: CurrentContainer): number | undefined {
  if (startedAt === undefined) return undefined
  const end = startedAt + handoverTimeoutMs(service)
  return startedAt <= now && now < end ? end : undefined
}
