import type { ServiceView } from '../view/services.js'
import type { View } from '../view/view.js'

/** Whether everything that a service's container is made of is there (its image is checked for all at once). */
export function canCreate(view: View, { wanted }: ServiceView): boolean {
  if (!wanted) return false
  // Containers name their networks, and of two with one name the engine takes neither.
  const ambiguous = new Set(view.networks.leaving.map(({ network }) => network.name))
  const present = view.networks.wanted.filter(({ right, name }) => right && !ambiguous.has(name))
  const networks = new Set(present.map(({ name }) => name))
  const purged = new Set(view.purges.now.map(({ name }) => name))
  const volumes = new Set(view.current.volumes.map(({ name }) => name).filter((name) => !purged.has(name)))
  return (
    Object.values(wanted.spec.networkNames).every((name) => networks.has(name)) &&
    Object.values(wanted.spec.volumeNames).every((name) => volumes.has(name))
  )
}
