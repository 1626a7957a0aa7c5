import type { Target, TargetImage } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'
import type { Step } from './plan.js'

type PullImage = Extract<Step, { kind: 'pull-image' }>

/** repository@digest, as the engine, labels and CurrentState name an image. */
export function imageReference(image: TargetImage): string {
  return `${image.repository}@${image.digest}`
}

export function missingImages(target: Target, current: CurrentState): PullImage[] {
  const present = new Set([...current.images, ...current.downloading])
  const steps = new Map<string, PullImage>()
  for (const app of target.apps) {
    for (const [service, { image }] of Object.entries(app.services)) {
      const reference = imageReference(image)
      if (present.has(reference)) continue
      const step = steps.get(reference) ?? {
        kind: 'pull-image',
        image: reference,
        appId: app.id,
        services: [],
        sizeBytes: image.sizeBytes,
      }
      steps.set(reference, { ...step, services: [...step.services, service] })
    }
  }
  return [...steps.values()]
}
