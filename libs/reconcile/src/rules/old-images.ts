import { targetImages } from '../images.js'
import { byText } from '../own-member.js'
import type { Step } from '../plan.js'
import type { View } from '../view/view.js'

/** Images that neither the target nor any container needs. Only for a device that has nothing else to do. */
export function removeOldImages({ target, current }: View): Step[] {
  const needed = new Set([...targetImages(target).keys(), ...current.containers.map(({ image }) => image)])
  const old = new Set(current.images.filter((image) => !needed.has(image)))
  return [...old].sort(byText).map((image) => ({ kind: 'remove-image', image }))
}
