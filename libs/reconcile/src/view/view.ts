import type { Target } from '@flotilla/contracts'
import { byText, ownMember } from '../own-member.js'
import type { CurrentContainer, CurrentState } from '../current-state.js'
import { containerName } from '../engine-names.js'
import { missingImages } from '../images.js'
import { fitApp, fitTarget, type Fit } from '../requirements/fit.js'
import { appFingerprint } from '../trial/app-fingerprint.js'
import { effectiveTarget } from '../trial/effective-target.js'
import { bestFirst, serviceKey } from './containers.js'
import { viewNetworks, type NetworksView } from './networks.js'
import { purgesOf, type Purges } from './purges.js'
import { viewServices, type ServiceView } from './services.js'
import { appProgress, type AppProgress } from './stages.js'
import { isGranted } from './standing.js'

/** Target and current state laid side by side: what every rule reads, and none changes. */
export interface View {
  // What should run now: with the last good release in the place of one that was given up.
  target: Target
  current: CurrentState
  // Milliseconds since the epoch.
  now: number
  // In order of app and name.
  services: ServiceView[]
  networks: NetworksView
  // Containers of services that the target does not have, by service, the best of each first.
  unwanted: CurrentContainer[][]
  // repository@digest of the target's images that are not on the device.
  missingImages: Set<string>
  // By app id.
  progress: Map<string, AppProgress>
  purges: Purges
  // By app id, of apps that are to run as the target has them: what does not fit this board. Absent: all of it does.
  misfits: Map<string, Fit>
}

export function viewOf(target: Target, current: CurrentState, now: number): View {
  const given = withoutRepeatedApps(target)
  const asked = fitTarget(given, current.contract)
  const wanted = effectiveTarget(asked, current.memory)
  const misfits = misfitsOf(given, wanted, current)
  const purges = purgesOf(asked, current)
  const byService = containersByService(current)
  const networks = viewNetworks(wanted, current)
  const services = viewServices({ target: wanted, current, networks, purges, byService, now })
  const missing = missingImages(withoutRefused(wanted, misfits), current)
  const wantedKeys = new Set(services.map((item) => serviceKey(item.app.id, item.name)))
  return {
    target: wanted,
    current,
    now,
    services,
    networks,
    unwanted: [...byService].filter(([key]) => !wantedKeys.has(key)).map(([, containers]) => containers),
    missingImages: missing,
    progress: appProgress(asked, current, { services, missing, isRefused: (id) => isRefusedIn(misfits, id) }),
    purges,
    misfits,
  }
}

export function findService(view: View, appId: string, name: string): ServiceView | undefined {
  return view.services.find((item) => item.app.id === appId && item.name === name)
}

/** What the container that a service should have is called. */
export function nameOf({ target }: View, { app, name, wanted }: ServiceView): string {
  return containerName(target.device.id, app.id, name, wanted?.specHash ?? '')
}

/**
 * Whether what must change of an app may change now: all its images are there, and nobody may object any more. What is
 * left of an app that the target no longer has makes way for those that it has.
 */
export function isSwitching({ progress }: View, appId: string): boolean {
  const own = progress.get(appId)
  return own ? own.stage === 'switching' : [...progress.values()].every(({ stage }) => stage === 'switching')
}

/** Whether an update of the app (or one that makes it go) was allowed: nothing holds it up then. */
export function isPermitted({ progress }: View, appId: string): boolean {
  const own = progress.get(appId)
  const others = own ? [own] : [...progress.values()]
  return others.some(({ standing }) => isGranted(standing) && standing !== 'good')
}

/** Whether the release that the target has of the app asks for more than this board has: nothing of it is begun. */
export function isRefused({ misfits }: Pick<View, 'misfits'>, appId: string): boolean {
  return isRefusedIn(misfits, appId)
}

function isRefusedIn(misfits: View['misfits'], appId: string): boolean {
  return Object.keys(misfits.get(appId)?.refusals ?? {}).length > 0
}

// What the device has confirmed before is not refused: it runs.
function misfitsOf(given: Target, wanted: Target, { contract, memory = {} }: CurrentState): View['misfits'] {
  const found = given.apps.flatMap((app) => {
    const fit = fitApp(app, contract)
    const isAsked = wanted.apps.includes(fit.app)
    const good = ownMember(memory, app.id)?.good
    const isGood = good !== undefined && appFingerprint(good) === appFingerprint(fit.app)
    const misses = Object.keys(fit.leftOut).length + (isGood ? 0 : Object.keys(fit.refusals).length)
    return isAsked && misses > 0 ? [[app.id, fit] as const] : []
  })
  return new Map(found)
}

function withoutRefused(target: Target, misfits: View['misfits']): Target {
  return { ...target, apps: target.apps.filter(({ id }) => !isRefusedIn(misfits, id)) }
}

// A target names each app once; of a repeated one, only the first can be meant.
function withoutRepeatedApps(target: Target): Target {
  const apps = new Map(target.apps.toReversed().map((app) => [app.id, app]))
  return { ...target, apps: [...apps.values()].sort((a, b) => byText(a.id, b.id)) }
}

function containersByService(current: CurrentState): Map<string, CurrentContainer[]> {
  const unique = new Map(current.containers.map((container) => [container.id, container]))
  const groups = new Map<string, CurrentContainer[]>()
  for (const container of [...unique.values()].sort(bestFirst)) {
    const key = serviceKey(container.appId, container.service)
    groups.set(key, [...(groups.get(key) ?? []), container])
  }
  return new Map([...groups].sort(([a], [b]) => byText(a, b)))
}
