import type { Target, TargetApp } from '@flotilla/contracts'
import type { CurrentState } from '../current-state.js'
import { imageReference } from '../images.js'
import { isStoppedFirst } from '../labels.js'
import type { ServiceView } from './services.js'
import { isGranted, standingOf, type Standing } from './standing.js'

/** How far an app is on its way from one release to the next. */
export type Stage =
  // It asks for more than this board has: nothing is fetched or changed for it.
  | 'refused'
  // Images are missing which are fetched while the present release runs.
  | 'fetching'
  // They are there; permission is not.
  | 'asking'
  // Services whose strategy it is stop now, and their images are fetched.
  | 'clearing'
  // All images are there: what must change is changed.
  | 'switching'

export interface AppProgress {
  standing: Standing
  stage: Stage
}

/** Whether its image is fetched only when the former container has gone. */
export function isFetchedLate(item: ServiceView, standing: Standing): boolean {
  if (item.right || !isStoppedFirst(item.service)) return false
  // Before permission, a service of which there is nothing has nothing to wait for.
  return isGranted(standing) || item.containers.length > 0
}

export function stageOf(items: ServiceView[], standing: Standing, missing: ReadonlySet<string>): Stage {
  const without = items.filter(({ service }) => missing.has(imageReference(service.image)))
  const early = items.filter((item) => !isFetchedLate(item, standing))
  const fetchedEarly = new Set(early.map(({ service }) => imageReference(service.image)))
  if (without.some(({ service }) => fetchedEarly.has(imageReference(service.image)))) return 'fetching'
  if (!isGranted(standing)) return 'asking'
  return without.length > 0 ? 'clearing' : 'switching'
}

/** By app id. */
export function appProgress(
  target: Target,
  current: CurrentState,
  {
    services,
    missing,
    isRefused,
  }: { services: ServiceView[]; missing: ReadonlySet<string>; isRefused: (appId: string) => boolean },
): Map<string, AppProgress> {
  const progressOf = (app: TargetApp): AppProgress => {
    const standing = standingOf(app, current)
    const items = services.filter((item) => item.app.id === app.id)
    return { standing, stage: isRefused(app.id) ? 'refused' : stageOf(items, standing, missing) }
  }
  return new Map(target.apps.map((app) => [app.id, progressOf(app)]))
}
