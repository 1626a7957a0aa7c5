import { z } from 'zod'
import { DEFAULT_LOCK_SECONDS, LONGEST_LOCK_SECONDS, type TakenLock, type TakenLocks } from '../../locks/taken-locks.js'
import type { Core } from '../../part.js'
import { bodyOf, json, LocalProblem, type Asked } from '../local-request.js'
import type { Route } from '../route.js'

const LockSchema = z.object({
  seconds: z.int().positive().max(LONGEST_LOCK_SECONDS).default(DEFAULT_LOCK_SECONDS),
  reason: z.string().max(500).optional(),
  survivesReboot: z.boolean().default(false),
})

/** A service's own lock: taken and renewed by the same request, released by the other. */
export function lockRoutes(core: Core, taken: TakenLocks): Route[] {
  const take = async (asked: Asked) => {
    const { appId, service } = asked.caller
    const wish = bodyOf(asked, LockSchema)
    // A renewal is as good as what it renews; a new lock comes too late for a switch that has begun.
    if (!taken.of(appId, service)) refuseDuringSwitch(core, appId)
    const lock = await taken.take(appId, service, wish)
    return json(200, lockView(taken, lock))
  }
  const release = async ({ caller }: Asked) => {
    await taken.release(caller.appId, caller.service)
    return json(200, { detail: 'Released.' })
  }
  return [
    { method: 'GET', path: '/v1/locks', handle: ({ caller }) => json(200, locksView(core, taken, caller.appId)) },
    { method: 'POST', path: '/v1/lock', handle: take },
    { method: 'PUT', path: '/v1/lock', handle: take },
    { method: 'DELETE', path: '/v1/lock', handle: release },
    { method: 'POST', path: '/v1/lock/release', handle: release },
  ]
}

function refuseDuringSwitch({ memory, board }: Core, appId: string): void {
  const isPermitted = memory.memory[appId]?.trial?.isPermitted === true
  // All of the release is up: the switch is over, and what follows is its watch.
  const isOver = board.status?.current.watches?.[appId]?.wellMs !== undefined
  if (!isPermitted || isOver) return
  throw new LocalProblem(409, 'switch-under-way', 'The switch to another release has begun; it is too late for a lock.')
}

function locksView({ board }: Core, taken: TakenLocks, appId: string) {
  const files = (board.status?.current.locks ?? []).filter(({ by }) => by === 'file')
  const locks = [...taken.current(), ...files].filter((lock) => lock.appId === appId)
  return {
    locks: locks.map(({ service, by, reason, until }) => ({
      ...{ service, by, reason },
      ...(until !== undefined && { until: new Date(until).toISOString() }),
    })),
  }
}

function lockView(taken: TakenLocks, { service, reason, survivesReboot, endsAt }: TakenLock) {
  return { service, reason, survivesReboot, until: new Date(taken.until(endsAt)).toISOString() }
}
