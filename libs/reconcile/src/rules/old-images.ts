import type { Target, TargetApp } from '@flotilla/contracts'
import type { CurrentState } from '../current-state.js'
import { targetImages } from '../images.js'
import { byText, ownMember } from '../own-member.js'
import type { Step } from '../plan.js'
import type { View } from '../view/view.js'

/**
 * Images that neither the target nor any container needs, nor the release that the device would return to. Only for a
 * device that has nothing else to do.
 */
export function removeOldImages({ target, current }: View): Step[] {
  const needed = new Set([
    ...targetImages(target.apps).keys(),
    ...targetImages(goodApps(target, current)).keys(),
    ...current.containers.map(({ image }) => image),
  ])
  const old = new Set(current.images.filter((image) => !needed.has(image)))
  return [...old].sort(byText).map((image) => ({ kind: 'remove-image', image }))
}

function goodApps({ apps }: Target, { memory = {} }: CurrentState): TargetApp[] {
  return apps.flatMap(({ id }) => ownMember(memory, id)?.good ?? [])
}
