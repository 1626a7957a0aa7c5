import { hasVersions, type Target, type TargetApp, type TargetService } from '@flotilla/contracts'
import type { BoardContract } from '../current-state.js'
import { joinedServices } from '../dependencies.js'
import { isYes, labelOf, requirementsOf } from '../labels.js'
import { byText, ownMember } from '../own-member.js'

/** An app on a board that may not have all that its services ask for. */
export interface Fit {
  // Without the services that are left out: what this board is to run.
  app: TargetApp
  // Optional services that need what the board has not, and what that is, as a sentence.
  leftOut: Record<string, string>
  // The same of services that are not optional: the release is refused. Empty: it is not.
  refusals: Record<string, string>
}

const NOTHING: Fit['leftOut'] = {}

// Asked for by many rules in each round, for apps that stay the same for weeks.
const KNOWN = new WeakMap<TargetApp, { key: string; fit: Fit }>()

/** The target as this board can run it. Equal apps give the same object again. */
export function fitTarget(target: Target, contract: BoardContract | undefined): Target {
  const apps = target.apps.map((app) => fitApp(app, contract).app)
  return apps.every((app, index) => app === target.apps[index]) ? target : { ...target, apps }
}

/** What of an app fits on this board. Without a contract nothing is known of the board, and all of it does. */
export function fitApp(app: TargetApp, contract: BoardContract | undefined): Fit {
  if (!contract) return { app, leftOut: NOTHING, refusals: NOTHING }
  const key = JSON.stringify(contract.has)
  const known = KNOWN.get(app)
  if (known?.key === key) return known.fit
  const fit = lookAt(app, contract)
  KNOWN.set(app, { key, fit })
  return fit
}

function lookAt(app: TargetApp, contract: BoardContract): Fit {
  const unmet = withJoining(app, unmetOf(app, contract))
  const isOptional = (name: string) => isYes(labelOf(app.services[name] ?? { labels: {} }, 'features.optional'))
  const refusals = pick(unmet, (name) => !isOptional(name))
  if (Object.keys(unmet).length === 0 || Object.keys(refusals).length > 0) return { app, leftOut: NOTHING, refusals }
  const services = Object.entries(app.services).filter(([name]) => !Object.hasOwn(unmet, name))
  return {
    app: { ...app, services: Object.fromEntries(services.map(([name, it]) => [name, without(it, unmet)])) },
    leftOut: unmet,
    refusals,
  }
}

function unmetOf(app: TargetApp, contract: BoardContract): Record<string, string> {
  const found = Object.entries(app.services).flatMap(([name, service]) => {
    const [first] = Object.entries(requirementsOf(service))
      .sort(([a], [b]) => byText(a, b))
      .flatMap(([what, value]) => unmetNeed(what, value, contract) ?? [])
    return first === undefined ? [] : [[name, `${name} needs ${first}.`] as const]
  })
  return Object.fromEntries(found)
}

// The end of a sentence.
function unmetNeed(what: string, asked: string, { has, isInRange }: BoardContract): string | undefined {
  const own = ownMember(has, what)
  const need = `${what} ${asked}`
  if (own === undefined) return `${need}, which this board has not`
  if (!hasVersions(what)) return own === asked ? undefined : `${need}, and this board is ${own}`
  const isMet = isInRange(own, asked)
  if (isMet === undefined) return `${need}, which is no range of versions`
  return isMet ? undefined : `${need}, and this board has ${own}`
}

// Who lives in a namespace of one that is not there cannot be there either.
function withJoining(app: TargetApp, unmet: Record<string, string>): Record<string, string> {
  const joining = Object.entries(app.services).flatMap(([name, service]) => {
    const on = joinedServices(service).find((it) => Object.hasOwn(unmet, it))
    return on === undefined || Object.hasOwn(unmet, name) ? [] : [[name, `${name} needs ${on}. ${unmet[on]}`] as const]
  })
  return joining.length === 0 ? unmet : withJoining(app, { ...unmet, ...Object.fromEntries(joining) })
}

// Nobody waits for what never comes.
function without(service: TargetService, unmet: Record<string, string>): TargetService {
  const dependsOn = pick(service.dependsOn, (on) => !Object.hasOwn(unmet, on))
  return Object.keys(dependsOn).length === Object.keys(service.dependsOn).length ? service : { ...service, dependsOn }
}

function pick<T>(record: Record<string, T>, isPicked: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => isPicked(name)))
}
