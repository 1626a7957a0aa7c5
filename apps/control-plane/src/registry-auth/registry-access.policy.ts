import type { Role } from '@flotilla/contracts'
import { includesRole } from '../auth/index.js'
import type { RegistryAccess } from './registry-scope.js'

/** Whoever may see a fleet may pull its images; whoever may push its code may push images too. */
export function actionsOfRole(role: Role | undefined): string[] {
  return [...(includesRole(role, 'observer') ? ['pull'] : []), ...(includesRole(role, 'developer') ? ['push'] : [])]
}

/** The part of a request that is allowed; undefined where nothing of it is. */
export function narrow(requested: RegistryAccess, allowed: readonly string[]): RegistryAccess | undefined {
  const actions = requested.actions.filter((action) => allowed.includes(action))
  return requested.type === 'repository' && actions.length > 0 ? { ...requested, actions } : undefined
}
