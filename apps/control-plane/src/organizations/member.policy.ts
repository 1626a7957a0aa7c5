import type { Role } from '@flotilla/contracts'
import { Problem } from '../http/problem.js'

/** Throws where a change (`to` undefined: removal) would leave an organization that nobody can administer. */
export function requireAnotherAdmin(from: Role, to: Role | undefined, admins: number): void {
  if (from !== 'admin' || to === 'admin' || admins > 1) return
  throw new Problem('last-admin', 409, 'This is the last admin of the organization; make another member admin first.')
}
