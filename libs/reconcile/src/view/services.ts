import type { Target, TargetApp, TargetService } from '@flotilla/contracts'
import type { ContainerSpecInput } from '../container-spec.js'
import type { CurrentContainer, CurrentState } from '../current-state.js'
import { dependenciesOf, type Dependency } from '../dependencies.js'
import type { ContainerSpec } from '../plan.js'
import { byText } from '../own-member.js'
import { isEndless, isLive } from '../restart-policy.js'
import { isTriedAgain } from '../trial/retry.js'
import { wantedContainer, type WantedContainer } from '../wanted-container.js'
import { serviceKey } from './containers.js'
import type { NetworksView } from './networks.js'
import { purgedVolumeOf, type Purges } from './purges.js'

/** One service of the target beside what there is of it. */
export interface ServiceView {
  app: TargetApp
  name: string
  service: TargetService
  dependencies: Dependency[]
  // Absent while a container that it leans on is not as it should be: its id is part of the spec.
  wanted?: WantedContainer
  // All of it, the best first.
  containers: CurrentContainer[]
  // The one of them that is as the target wants it.
  right?: CurrentContainer
  // Somebody asked that it stay stopped.
  isStopped: boolean
  // `right` has ended for good, its release failed for it, and there is none to return to: it is started once more.
  isTriedAgain: boolean
}

export interface ServicesInput {
  target: Target
  current: CurrentState
  networks: NetworksView
  purges: Purges
  byService: Map<string, CurrentContainer[]>
  now: number
}

export function viewServices(input: ServicesInput): ServiceView[] {
  const views = new Map<string, ServiceView | 'being looked at'>()
  for (const app of input.target.apps) {
    for (const name of Object.keys(app.services)) lookAt(input, views, app, name)
  }
  return [...views.values()]
    .filter((view) => view !== 'being looked at')
    .sort((a, b) => byText(a.app.id, b.app.id) || byText(a.name, b.name))
}

// A service's spec may hold the id of another one's container, so that one is looked at first. Services that lean on
// each other in a ring come back to one that is being looked at, and get no spec.
function lookAt(
  input: ServicesInput,
  views: Map<string, ServiceView | 'being looked at'>,
  app: TargetApp,
  name: string,
): ServiceView | undefined {
  const key = serviceKey(app.id, name)
  const known = views.get(key)
  if (known) return known === 'being looked at' ? undefined : known
  const service = Object.hasOwn(app.services, name) ? app.services[name] : undefined
  if (!service) return undefined
  views.set(key, 'being looked at')
  const dependencies = dependenciesOf(app, name)
  const props = new Map(
    dependencies.filter(leansOn).map((dependency) => [dependency, lookAt(input, views, app, dependency.on)?.right]),
  )
  const wanted = wantedNow(input, { app, name, service }, props)
  const containers = input.byService.get(key) ?? []
  const right = containers.find(
    (container) => container.specHash === wanted?.specHash && !hasDefect(input, wanted.spec, container, props),
  )
  const isStopped = input.current.requests?.stopped.includes(key) ?? false
  const isAgain = right !== undefined && isTriedAgain(input.current, app, right, input.now)
  const view = { app, name, service, dependencies, wanted, containers, right, isStopped, isTriedAgain: isAgain }
  views.set(key, view)
  return view
}

function leansOn({ joins, restart }: Dependency): boolean {
  return joins || restart
}

type Props = Map<Dependency, CurrentContainer | undefined>

function wantedNow(
  { target, current }: ServicesInput,
  { app, name, service }: Pick<ServiceView, 'app' | 'name' | 'service'>,
  props: Props,
): ServiceView['wanted'] {
  if ([...props].some(([{ required }, container]) => required && !container)) return undefined
  const ids = (leans: (dependency: Dependency) => boolean) =>
    Object.fromEntries([...props].flatMap(([on, container]) => (container && leans(on) ? [[on.on, container.id]] : [])))
  const input: ContainerSpecInput = {
    target,
    app,
    service: name,
    platform: current.platform,
    joins: ids(({ joins }) => joins),
    restartsWith: ids(({ restart }) => restart),
  }
  return wantedContainer(input, service)
}

/** What can be wrong with a container that was made from the right spec. */
function hasDefect(input: ServicesInput, spec: ContainerSpec, container: CurrentContainer, props: Props): boolean {
  if (container.status === 'dead' || container.status === 'removing') return true
  if (input.networks.evicted.has(container.id)) return true
  if (purgedVolumeOf(input.purges, container)) return true
  // The engine attaches all networks but the first one after creation: the power may have gone in between.
  if (Object.values(spec.networkNames).some((name) => !container.networks.includes(name))) return true
  // What its policy would not start again is left as it is: stopping would end it for good.
  if (!isEndless(spec.config.restart)) return false
  return [...props].some(([{ joins }, provider]) => joins && provider && isCutOff(container, provider, input.now))
}

// The namespace of a container ends with its processes: whoever joined it before a restart sits in a dead one. A start
// in the future tells of a clock that was set back since; by it, this would be true again after each restart.
function isCutOff(container: CurrentContainer, provider: CurrentContainer, now: number): boolean {
  if (!isLive(container) || !isLive(provider)) return false
  if (container.startedAt === undefined || provider.startedAt === undefined) return false
  return container.startedAt < provider.startedAt && provider.startedAt <= now
}
