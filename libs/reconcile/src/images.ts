import type { Target, TargetApp, TargetImage } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'

/** repository@digest, as the engine, labels and CurrentState name an image. */
export function imageReference(image: TargetImage): string {
  return `${image.repository}@${image.digest}`
}

/** Every image that the apps name, by reference. */
export function targetImages(apps: readonly TargetApp[]): Map<string, TargetImage> {
  const services = apps.flatMap((app) => Object.values(app.services))
  return new Map(services.map(({ image }) => [imageReference(image), image]))
}

export function missingImages(target: Target, current: CurrentState): Set<string> {
  const present = new Set(current.images)
  return new Set([...targetImages(target.apps).keys()].filter((reference) => !present.has(reference)))
}
