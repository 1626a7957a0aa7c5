import { NetworkSpecSchema } from '@flotilla/contracts'
import type { NetworkSpec, Target, TargetApp } from '@flotilla/contracts'
import { usedNetworks } from '../container-spec.js'
import type { CurrentNetwork, CurrentState } from '../current-state.js'
import { networkName } from '../engine-names.js'
import { fingerprint } from '../fingerprint.js'
import { byText, ownMember } from '../own-member.js'
import { saidOfNetwork } from '../said-members.js'

export interface WantedNetwork {
  appId: string
  key: string
  name: string
  spec: NetworkSpec
  specHash: string
  // The one in the engine that is as it should be.
  right?: CurrentNetwork
}

export interface LeavingNetwork {
  network: CurrentNetwork
  // The target wants a network of its name, but not this one.
  isWanted: boolean
  // Ids of our containers that use it, stopped ones too.
  own: string[]
  // Ids of containers that are not ours: it cannot be removed while there are any.
  foreign: string[]
}

export interface NetworksView {
  wanted: WantedNetwork[]
  leaving: LeavingNetwork[]
  // Our containers that must go because a network that they use does.
  evicted: Set<string>
}

const DEFAULT_NETWORK = NetworkSpecSchema.parse({})

export function viewNetworks(target: Target, current: CurrentState): NetworksView {
  const wanted = target.apps.flatMap((app) => wantedNetworks(target, app)).map((network) => withRight(network, current))
  const kept = new Set(wanted.flatMap(({ right }) => (right ? [right.id] : [])))
  const leaving = current.networks
    .filter(({ id }) => !kept.has(id))
    .sort((a, b) => byText(a.id, b.id))
    .map((network) => leavingNetwork(network, wanted, current))
  const evicted = leaving.filter(({ foreign }) => foreign.length === 0).flatMap(({ own }) => own)
  return { wanted, leaving, evicted: new Set(evicted) }
}

// As in Compose, a network that no service uses is not made.
function wantedNetworks(target: Target, app: TargetApp): WantedNetwork[] {
  const used = Object.entries(app.services).flatMap(([name, service]) => Object.keys(usedNetworks(name, service)))
  return [...new Set(used)].sort(byText).map((key) => {
    const spec = ownMember(app.networks, key) ?? DEFAULT_NETWORK
    return {
      appId: app.id,
      key,
      name: networkName(target.device.id, app.id, key),
      spec,
      specHash: fingerprint(saidOfNetwork(spec)),
    }
  })
}

function withRight(wanted: WantedNetwork, current: CurrentState): WantedNetwork {
  // The engine allows two networks of one name: the one that is used most stays.
  const [right] = current.networks
    .filter(({ name, specHash }) => name === wanted.name && specHash === wanted.specHash)
    .sort((a, b) => b.attached.length - a.attached.length || byText(a.id, b.id))
  return { ...wanted, right }
}

function leavingNetwork(network: CurrentNetwork, wanted: WantedNetwork[], current: CurrentState): LeavingNetwork {
  const namesakes = current.networks.filter(({ id, name }) => id !== network.id && name === network.name)
  const isElsewhere = (id: string) => namesakes.some(({ attached }) => attached.includes(id))
  // The engine lists only running containers as attached; stopped ones hold the network by its name.
  const own = current.containers.filter(
    ({ id, networks }) => network.attached.includes(id) || (networks.includes(network.name) && !isElsewhere(id)),
  )
  const ids = new Set(current.containers.map(({ id }) => id))
  return {
    network,
    isWanted: wanted.some(({ name }) => name === network.name),
    own: own.map(({ id }) => id),
    foreign: network.attached.filter((id) => !ids.has(id)),
  }
}
