/** What a registry's client asks for, and what a token allows: `repository:fleets/<id>:pull,push`. */
export interface RegistryAccess {
  type: string
  name: string
  actions: string[]
}

/** Undefined for what is not a scope. */
export function parseScope(scope: string): RegistryAccess | undefined {
  // Names may hold colons (a registry's port), so the actions are what comes after the last one.
  const [, type, name, actions] = /^([a-z]+)(?:\([a-z]+\))?:(.+):([a-z,*]*)$/.exec(scope) ?? []
  if (type === undefined || name === undefined || actions === undefined) return undefined
  return { type, name, actions: actions.split(',').filter((action) => action !== '') }
}

/** The registry repository of a fleet; see docs/adr/0002-one-repository-per-fleet.md. */
export function fleetRepository(fleetId: string): string {
  return `fleets/${fleetId}`
}

/** Whose repository it is; undefined for a name that is no fleet's. */
export function fleetOfRepository(name: string): string | undefined {
  return /^fleets\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(name)?.[1]
}
