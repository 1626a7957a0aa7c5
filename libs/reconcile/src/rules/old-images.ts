import { imageReference, targetImages } from '../images.js'
import { strategyOf } from '../labels.js'
import { byText, ownMember } from '../own-member.js'
import type { Step } from '../plan.js'
import type { ServiceView } from '../view/services.js'
import { isGranted } from '../view/standing.js'
import type { View } from '../view/view.js'
import { fitOf, uniqueImages } from './space.js'

/**
 * Images that neither what should run, nor the release that it would return to, nor any container needs. Only for a
 * device that has nothing else to do, or no space for what it has to do.
 */
export function removeOldImages(view: View): Step[] {
  const needed = new Set([...neededImages(view), ...goodImages(view)])
  return removals(view, needed)
}

/**
 * Images that make way for their successors: delete-then-download asks for it, the former container has gone, and the
 * next image does not fit beside the old one (or nobody knows). A rollback fetches it again.
 */
export function deleteFirst(view: View): Step[] {
  const items = waitingForRoom(view)
  if (items.length === 0) return []
  const spared = goodImages(view, (appId, name) => items.some((item) => item.app.id === appId && item.name === name))
  return removals(view, new Set([...neededImages(view), ...spared]))
}

function waitingForRoom(view: View): ServiceView[] {
  const items = view.services.filter(({ service, containers, app }) => {
    const { standing = 'not-begun' } = view.progress.get(app.id) ?? {}
    const isMissing = view.missingImages.has(imageReference(service.image))
    const isFirst = strategyOf(service) === 'delete-then-download' && isGranted(standing)
    return (
      isFirst &&
      isMissing &&
      containers.length === 0 &&
      !view.current.downloading.includes(imageReference(service.image))
    )
  })
  return fitOf(view, uniqueImages(items)) === 'fits' ? [] : items
}

function removals({ current }: View, needed: ReadonlySet<string>): Step[] {
  const old = new Set(current.images.filter((image) => !needed.has(image)))
  return [...old].sort(byText).map((image) => ({ kind: 'remove-image', image }))
}

function neededImages({ target, current }: View): string[] {
  return [...targetImages(target.apps).keys(), ...current.containers.map(({ image }) => image)]
}

function goodImages(
  { target, current }: View,
  isSpared: (appId: string, service: string) => boolean = () => false,
): string[] {
  return target.apps.flatMap(({ id }) => {
    const services = Object.entries(ownMember(current.memory ?? {}, id)?.good?.services ?? {})
    return services.filter(([name]) => !isSpared(id, name)).map(([, { image }]) => imageReference(image))
  })
}
