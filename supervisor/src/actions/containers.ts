import type { CurrentContainer, Step } from '@flotilla/reconcile'
import type { Core } from '../part.js'

// Docker's own, for containers that say nothing else.
const DEFAULT_GRACE_MS = 10_000

/** As they are at this moment, not in the last round; started by the true time. */
export async function lookAtContainers({ engine, clock }: Pick<Core, 'engine' | 'clock'>): Promise<CurrentContainer[]> {
  const { containers } = await engine.observe([])
  return containers.map((container) =>
    container.startedAt === undefined ? container : { ...container, startedAt: clock.correct(container.startedAt) },
  )
}

export function isLive({ status }: CurrentContainer): boolean {
  return status === 'running' || status === 'restarting' || status === 'paused'
}

/** Those that others lean on come last: in this order they may be stopped one after the other. */
export function inOrderOfStopping(containers: readonly CurrentContainer[]): CurrentContainer[] {
  const order: CurrentContainer[] = []
  const open = new Set(containers)
  while (open.size > 0) {
    const isFree = (it: CurrentContainer) => ![...open].some((other) => other !== it && leansOn(other, it))
    const free = [...open].filter(isFree)
    // A ring of dependencies has no end to begin from.
    const next = free.length > 0 ? free : [...open]
    for (const container of next) open.delete(container)
    order.push(...next)
  }
  return order
}

export function stopStep({ appId, service, id, name, stopGraceMs }: CurrentContainer, reason: string): Step {
  return { kind: 'stop-container', appId, service, id, name, graceMs: stopGraceMs ?? DEFAULT_GRACE_MS, reason }
}

export function startStep({ appId, service, id, name }: CurrentContainer, reason: string): Step {
  return { kind: 'start-container', appId, service, id, name, reason }
}

function leansOn(container: CurrentContainer, on: CurrentContainer): boolean {
  return container.appId === on.appId && (container.dependsOn ?? []).includes(on.service)
}
