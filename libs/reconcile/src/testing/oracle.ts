import type { Target, TargetApp, TargetService } from '@flotilla/contracts'
import { containerSpec, specHash } from '../container-spec.js'
import type { CurrentContainer, CurrentState } from '../current-state.js'
import type { Plan, Step } from '../plan.js'

/*
 * What must hold, said a second time and in the plainest way, apart from the planner's own code.
 */

/** What a plan would do that no plan ever may. */
export function breaches(target: Target, current: CurrentState, { steps }: Plan): string[] {
  return steps.flatMap((step) => [
    ...unknownIds(current, step),
    ...tooEarly(target, current, step),
    ...stillInUse(current, step),
    ...unfulfilled(target, current, step),
  ])
}

function unknownIds({ containers, networks }: CurrentState, step: Step): string[] {
  if (!('id' in step)) return []
  const known = step.kind === 'remove-network' ? networks : containers
  return known.some(({ id }) => id === step.id) ? [] : [`${step.kind} of ${step.id}, which nobody has seen`]
}

function tooEarly(target: Target, current: CurrentState, step: Step): string[] {
  const waits = ['stop-container', 'remove-container', 'create-container', 'remove-image', 'create-volume']
  return waits.includes(step.kind) && !hasAllImages(target, current, 'appId' in step ? step.appId : undefined)
    ? [`${step.kind} before all images are there`]
    : []
}

function stillInUse(current: CurrentState, step: Step): string[] {
  if (step.kind === 'remove-image') {
    return current.containers.some(({ image }) => image === step.image) ? [`${step.image} is in use`] : []
  }
  if (step.kind !== 'remove-network') return []
  return usersOf(current, step.id).map((id) => `network ${step.name} is in use by ${id}`)
}

function usersOf({ containers, networks }: CurrentState, id: string): string[] {
  const network = networks.find((it) => it.id === id)
  const namesakes = networks.filter((it) => it.id !== id && it.name === network?.name)
  const byName = containers
    .filter((it) => network && it.networks.includes(network.name))
    .filter((it) => !namesakes.some(({ attached }) => attached.includes(it.id)))
  return [...(network?.attached ?? []), ...byName.map((it) => it.id)]
}

// Dependencies that do not yet allow a container to be created or started.
function unfulfilled(target: Target, current: CurrentState, step: Step): string[] {
  if (step.kind !== 'create-container' && step.kind !== 'start-container') return []
  const app = target.apps.find(({ id }) => id === step.appId)
  const service = app && Object.hasOwn(app.services, step.service) ? app.services[step.service] : undefined
  if (!app || !service) return []
  // The present release starts its own containers by its own order, of which the target says nothing.
  const container = step.kind === 'start-container' ? current.containers.find(({ id }) => id === step.id) : undefined
  if (container && container.specHash !== hashOf(target, app, step.service, service)) return []
  return Object.entries(service.dependsOn)
    .filter(([, { required }]) => required)
    .filter(([on, { condition }]) => {
      const all = current.containers.filter((it) => it.appId === app.id && it.service === on)
      // The present release knows nothing of services that are still being downloaded.
      if (all.length === 0 && !hasAllImages(target, current, app.id)) return false
      return !all.some((it) => isFulfilled(it, condition))
    })
    .map(([on]) => `${step.kind} of ${step.service} before ${on}`)
}

/** What differs between the state and what the target asks for, left-over volumes aside. */
export function differences(target: Target, { containers, networks, images }: CurrentState): string[] {
  const wanted = target.apps.flatMap((app) => Object.entries(app.services).map(([name, it]) => ({ app, name, it })))
  const wrong = wanted.flatMap(({ app, name, it }) => {
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
    ...wrong,
    ...surplus.map(({ service }) => `${service} is still there`),
    ...networks.filter(({ name }) => !used.has(name)).map(({ name }) => `network ${name} is still there`),
    ...images
      .filter((image) => !containers.some((container) => container.image === image))
      .map((image) => `${image} is still there`),
  ]
}

// Of the app where the target has it, else of all apps: what goes makes way for them.
function hasAllImages(target: Target, { images }: CurrentState, appId: string | undefined): boolean {
  const own = target.apps.filter(({ id }) => id === appId)
  const needed = (own.length > 0 ? own : target.apps).flatMap((app) =>
    Object.values(app.services).map(({ image }) => image),
  )
  return needed.every(({ repository, digest }) => images.includes(`${repository}@${digest}`))
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
