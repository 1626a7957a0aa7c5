import type { Plan, Step, Wait } from '../plan.js'
import { stepKey, stopContainerKey } from '../step-key.js'
import type { LeavingNetwork, WantedNetwork } from '../view/networks.js'
import { isSwitching, type View } from '../view/view.js'

/** Networks come before the containers that use them, and go after the last one, ours or not, has left. */
export function planNetworks(view: View): Plan {
  const { wanted, leaving } = view.networks
  const creations = isClearing(view) ? [] : wanted.filter((network) => isToCreate(view, network)).map(createNetwork)
  return {
    steps: [
      ...leaving.filter(({ own, foreign }) => own.length + foreign.length === 0).map(removeNetwork),
      ...creations,
    ],
    waits: leaving.filter(({ foreign }) => foreign.length > 0).map(waitForForeign),
  }
}

// A new network may have the addresses of one that goes, which is therefore gone first; one that does not go, for its
// foreign containers or because the engine refuses, holds up no other.
function isClearing(view: View): boolean {
  const going = view.networks.leaving.filter(
    ({ foreign, network }) => foreign.length === 0 && isSwitching(view, network.appId),
  )
  return going.some((network) => !isStuck(view, network))
}

function isStuck({ current }: View, leaving: LeavingNetwork): boolean {
  const keys = [stepKey(removeNetwork(leaving)), ...leaving.own.map(stopContainerKey)]
  return keys.some((key) => Object.hasOwn(current.attempts, key))
}

function isToCreate(view: View, { appId, name, right }: WantedNetwork): boolean {
  if (right || view.current.networks.some((network) => network.name === name)) return false
  // Before the switch, only to bring back what a container of the present release cannot start without.
  return isSwitching(view, appId) || view.current.containers.some(({ networks }) => networks.includes(name))
}

function createNetwork({ appId, key, name, spec, specHash }: WantedNetwork): Step {
  return { kind: 'create-network', appId, key, name, spec, specHash }
}

function removeNetwork({ network }: LeavingNetwork): Step {
  return { kind: 'remove-network', appId: network.appId, id: network.id, name: network.name }
}

function waitForForeign({ network, isWanted, foreign }: LeavingNetwork): Wait {
  const containers = foreign.map((id) => id.slice(0, 12)).join(', ')
  const deed = isWanted ? 'cannot be changed' : 'cannot be removed'
  return {
    subject: network.key,
    appId: network.appId,
    for: 'in-use',
    reason: `Network ${network.key} ${deed} while containers that are not Flotilla's use it: ${containers}.`,
    ...(!isWanted && { housekeeping: true }),
  }
}
