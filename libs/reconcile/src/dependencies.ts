import type { ServiceSpec, TargetApp } from '@flotilla/contracts'
import { byText, ownMember } from './own-member.js'

/** What one service needs of another before it starts. */
export interface Dependency {
  on: string
  condition: ServiceSpec['dependsOn'][string]['condition']
  required: boolean
  // Is made anew whenever the other's container is.
  restart: boolean
  // Lives in a namespace of the other's container, which must therefore run.
  joins: boolean
}

/**
 * The dependencies of a service in order of name. Optional ones are left out where the app has no such service, and
 * where they lead back to the service itself: an optional wish must not keep two services waiting for each other.
 */
export function dependenciesOf(app: TargetApp, service: string): Dependency[] {
  return declaredDependencies(app, service).filter(
    ({ on, required }) => required || (Object.hasOwn(app.services, on) && !leadsTo(app, on, service)),
  )
}

/** web → db → web, where a service waits for itself; undefined where it does not. */
export function dependencyCycle(app: TargetApp, service: string): string[] | undefined {
  const seen = new Set<string>()
  const search = (path: string[]): string[] | undefined => {
    for (const { on } of dependenciesOf(app, path.at(-1) ?? service)) {
      if (on === service) return [...path, on]
      if (seen.has(on)) continue
      seen.add(on)
      const found = search([...path, on])
      if (found) return found
    }
    return undefined
  }
  return search([service])
}

/** Services whose network, ipc or pid namespace a service lives in. */
export function joinedServices(spec: ServiceSpec): string[] {
  const prefix = 'service:'
  const modes = [spec.networkMode, spec.ipc, spec.pid]
  return modes.flatMap((mode) => (mode?.startsWith(prefix) ? [mode.slice(prefix.length)] : []))
}

function declaredDependencies(app: TargetApp, service: string): Dependency[] {
  const spec = ownMember(app.services, service)
  if (!spec) return []
  const joined = joinedServices(spec)
  const names = new Set([...Object.keys(spec.dependsOn), ...joined])
  return [...names].sort(byText).map((on) => {
    const declared = ownMember(spec.dependsOn, on)
    const joins = joined.includes(on)
    return {
      on,
      condition: declared?.condition ?? 'service_started',
      required: joins || declared?.required !== false,
      restart: declared?.restart ?? false,
      joins,
    }
  })
}

/** Whether `from` depends on `to`, if only through others. */
export function leadsTo(app: TargetApp, from: string, to: string): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let service = open.pop(); service !== undefined; service = open.pop()) {
    if (service === to) return true
    if (seen.has(service)) continue
    seen.add(service)
    open.push(...declaredDependencies(app, service).map(({ on }) => on))
  }
  return false
}
