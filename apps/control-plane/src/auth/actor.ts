import type { Role } from '@flotilla/contracts'
import { Problem } from '../http/problem.js'

/** Whoever is behind a request, as history and audit name them. */
export interface ActorName {
  kind: 'user' | 'api-key' | 'device' | 'builder' | 'system'
  id: string
  label: string
}

/** A signed-in user, perhaps through an API token that caps the role. */
export interface Actor extends ActorName {
  kind: 'user' | 'api-key'
  userId: string
  // Organization id → what the user may do there.
  roles: ReadonlyMap<string, Role>
  // Of an API token that may do less than its user; `roles` has it in already.
  cap?: Role
  // Absent for API tokens.
  sessionId?: string
  ip?: string
}

export const SYSTEM: ActorName = { kind: 'system', id: 'system', label: 'Flotilla' }

const RANK: Record<Role, number> = { observer: 0, operator: 1, developer: 2, admin: 3 }

/** Whether `role` includes what `needed` may do. */
export function includesRole(role: Role | undefined, needed: Role): boolean {
  return role !== undefined && RANK[role] >= RANK[needed]
}

/** The smaller of two roles; an absent cap does not cap. */
export function cappedRole(role: Role, cap: Role | undefined): Role {
  return cap !== undefined && RANK[cap] < RANK[role] ? cap : role
}

/** The organizations whose things the actor may see, for the WHERE of every list. */
export function visibleOrganizations(actor: Actor): string[] {
  return [...actor.roles.keys()]
}

/**
 * Throws unless the actor has at least `needed` in the organization: 404 (by `missing`) where they may not even know of
 * the thing, 403 where they may see it but not do this.
 */
export function requireRole(actor: Actor, organizationId: string, needed: Role, missing: Problem): void {
  const role = actor.roles.get(organizationId)
  if (role === undefined) throw missing
  if (!includesRole(role, needed)) {
    throw new Problem('role-too-low', 403, `This needs the role ${needed} in the organization; yours is ${role}.`)
  }
}
