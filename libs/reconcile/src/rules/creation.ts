import type { ServiceView } from '../view/services.js'
import type { View } from '../view/view.js'

/** Whether everything that a service's container is made of is there (its image is checked for all at once). */
export function canCreate(view: View, { wanted }: ServiceView): boolean {
  if (!wanted) return false
  const networks = new Set(view.networks.wanted.flatMap(({ right, name }) => (right ? [name] : [])))
  const volumes = new Set(view.current.volumes.map(({ name }) => name))
  return (
    Object.values(wanted.spec.networkNames).every((name) => networks.has(name)) &&
    Object.values(wanted.spec.volumeNames).every((name) => volumes.has(name))
  )
}
