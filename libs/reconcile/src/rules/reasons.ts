import type { CurrentContainer } from '../current-state.js'
import { purgedVolumeOf } from '../view/purges.js'
import type { ServiceView } from '../view/services.js'
import type { View } from '../view/view.js'

/** Why a container of a service that stays has to be replaced. */
export function changeReason(view: View, item: ServiceView, container: CurrentContainer): string {
  const { wanted, dependencies } = item
  const leansOn = dependencies.filter(({ joins, restart }) => joins || restart).map(({ on }) => on)
  if (!wanted) return `it is bound to ${leansOn.join(', ')}, which is replaced`
  if (container.image !== wanted.spec.image) return 'its image changes'
  if (container.specHash !== wanted.specHash) {
    return leansOn.length > 0
      ? `its configuration changes, or ${leansOn.join(', ')} was replaced`
      : 'its configuration changes'
  }
  if (container.status === 'dead') return 'the engine could not remove it the last time'
  const purged = purgedVolumeOf(view.purges, container)
  if (purged) return `its volume ${purged.key} is emptied`
  if (view.networks.evicted.has(container.id)) return 'a network that it uses is replaced or goes'
  const networks = Object.values(wanted.spec.networkNames)
  if (networks.some((name) => !container.networks.includes(name))) return 'it is not attached to all of its networks'
  return `${leansOn.join(', ')}, whose namespace it shares, was started again after it`
}
