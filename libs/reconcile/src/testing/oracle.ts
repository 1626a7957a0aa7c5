import type { Target, TargetApp, TargetService } from '@flotilla/contracts'
import { containerSpec, specHash } from '../container-spec.js'
import type { CurrentContainer, CurrentState } from '../current-state.js'
import type { Step } from '../plan.js'

/*
 * What must hold, said a second time and in the plainest way, apart from the planner's own code.
 */

/** Dependencies that do not yet allow what a step does; empty for all other steps. */
export function unfulfilled(target: Target, current: CurrentState, step: Step): string[] {
  if (step.kind !== 'create-container' && step.kind !== 'start-container') return []
  const app = target.apps.find(({ id }) => id === step.appId)
  const service = app && Object.hasOwn(app.services, step.service) ? app.services[step.service] : undefined
  if (!app || !service) return []
  // The present release starts its own containers by its own order, of which the target says nothing.
  const container = step.kind === 'start-container' ? current.containers.find(({ id }) => id === step.id) : undefined
  if (container && container.specHash !== hashOf(target, app, step.service, service)) return []
  const hasAllImages = target.apps.every((it) =>
    Object.values(it.services).every(({ image }) => isThere(current, image)),
  )
  return Object.entries(service.dependsOn)
    .filter(([, { required }]) => required)
    .filter(([on, { condition }]) => {
      const all = current.containers.filter((it) => it.appId === app.id && it.service === on)
      // The present release knows nothing of services that are still being downloaded.
      if (all.length === 0 && !hasAllImages) return false
      return !all.some((it) => isFulfilled(it, condition))
    })
    .map(([on]) => on)
}

/** What differs between the state and what the target asks for, left-over volumes aside. */
export function isWhatTheTargetWants(target: Target, { containers, networks, images }: CurrentState): string[] {
  const wanted = target.apps.flatMap((app) => Object.entries(app.services).map(([name, it]) => ({ app, name, it })))
  const differences = wanted.flatMap(({ app, name, it }) => {
    const own = containers.filter((container) => container.appId === app.id && container.service === name)
    if (own.length !== 1) return [`${name} has ${own.length} containers`]
    const isRight = own[0]?.image === `${it.image.repository}@${it.image.digest}` && isDone(own[0], it)
    return isRight ? [] : [`${name} is ${own[0]?.status} from ${own[0]?.image}`]
  })
  const surplus = containers.filter(
    ({ appId, service }) => !wanted.some(({ app, name }) => app.id === appId && name === service),
  )
  const used = new Set(containers.flatMap((container) => container.networks))
  return [
    ...differences,
    ...surplus.map(({ service }) => `${service} is still there`),
    ...networks.filter(({ name }) => !used.has(name)).map(({ name }) => `network ${name} is still there`),
    ...images
      .filter((image) => !containers.some((container) => container.image === image))
      .map((image) => `${image} is still there`),
  ]
}

function isThere({ images }: CurrentState, { repository, digest }: TargetService['image']): boolean {
  return images.includes(`${repository}@${digest}`)
}

function isFulfilled(container: CurrentContainer, condition: TargetService['dependsOn'][string]['condition']): boolean {
  const isUp = ['running', 'restarting', 'paused'].includes(container.status)
  if (condition === 'service_healthy') return isUp && container.health === 'healthy'
  if (condition === 'service_completed_successfully') return container.status === 'exited' && container.exitCode === 0
  return isUp || container.status === 'exited'
}

function isDone(container: CurrentContainer, { restart }: TargetService): boolean {
  if (['running', 'paused'].includes(container.status)) return true
  return container.status === 'exited' && (restart.name === 'no' || restart.name === 'on-failure')
}

// Enough for services that lean on no other; the hash of one that does holds an id, and is never equal.
function hashOf(target: Target, app: TargetApp, name: string, service: TargetService): string {
  const input = { target, app, service: name, platform: 'linux/arm64' as const }
  return specHash(containerSpec(input, service), input)
}
