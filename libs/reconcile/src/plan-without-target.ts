import type { Target } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'
import type { Plan } from './plan.js'
import { mergePlans } from './plans.js'
import { holdBack } from './rules/back-off.js'
import { keepAlive } from './rules/keep-alive.js'
import { viewOf } from './view/view.js'

const NOTHING: Target = {
  protocol: 1,
  generation: 0,
  device: { id: '', name: '', hardwareUuid: '' },
  fleet: { id: '', name: '', organization: '' },
  apps: [],
  config: {},
  policy: {
    confirmSeconds: 0,
    downloadWindows: [],
    switchWindows: [],
    reserveBytes: 0,
    snapshotMaxBytes: 0,
    removeVolumesOfFormerApps: false,
    transfers: { appliesTo: 'all', meteredInterfaces: [], neighbours: false, waitForDeltaSeconds: 0 },
  },
}

/**
 * What to do while the target is not known (its file was lost, say): what ran goes on, started again where it ended, in
 * the order that its containers know. Nothing is stopped, removed or created.
 */
export function planWithoutTarget(current: CurrentState, now: number): Plan {
  const view = viewOf(NOTHING, { ...current, memory: {} }, now)
  return holdBack(view, mergePlans(view.unwanted.map((containers) => keepAlive(view, containers))))
}
