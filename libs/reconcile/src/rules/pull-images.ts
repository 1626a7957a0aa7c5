import { imageReference, targetImages } from '../images.js'
import { byText } from '../own-member.js'
import type { Plan, Step, Wait } from '../plan.js'
import { hasAllImages, type View } from '../view/view.js'
import type { ServiceView } from '../view/services.js'

/** Every missing image is fetched at once, whatever else goes on. */
export function pullImages(view: View): Plan {
  const images = targetImages(view.target.apps)
  const downloading = new Set(view.current.downloading)
  const steps = [...view.missingImages]
    .filter((image) => !downloading.has(image))
    .sort(byText)
    .map((image) => pullImage(view, image, images.get(image)?.sizeBytes))
  return { steps, waits: view.services.flatMap((item) => waitForImages(view, item)) }
}

function pullImage(view: View, image: string, sizeBytes: number | undefined): Step {
  const users = view.services.filter(({ service }) => imageReference(service.image) === image)
  return {
    kind: 'pull-image',
    image,
    appId: users[0]?.app.id ?? '',
    services: [...new Set(users.map(({ name }) => name))],
    ...(sizeBytes !== undefined && { sizeBytes }),
  }
}

function waitForImages(view: View, item: ServiceView): Wait[] {
  if (hasAllImages(view)) return []
  const wait = { subject: item.name, appId: item.app.id, service: item.name, for: 'image' as const }
  if (view.missingImages.has(imageReference(item.service.image))) {
    return [{ ...wait, reason: `${item.name} waits for its image.` }]
  }
  if (item.right) return []
  return [{ ...wait, reason: `${item.name} waits for the images of ${servicesWithoutImage(view)}.` }]
}

function servicesWithoutImage(view: View): string {
  const without = view.services.filter(({ service }) => view.missingImages.has(imageReference(service.image)))
  return without.map(({ name }) => name).join(', ')
}
