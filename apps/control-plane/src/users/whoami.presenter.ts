import type { Role, Whoami } from '@flotilla/contracts'
import type { User } from './user.entity.js'
import { presentUser } from './user.presenter.js'

/** `roles` are those of the credential in use: an API token may have smaller ones than its user. */
export function presentWhoami(
  user: User,
  organizations: readonly { id: string; name: string }[],
  roles: ReadonlyMap<string, Role>,
): Whoami {
  const memberships = organizations.flatMap(({ id, name }) => {
    const role = roles.get(id)
    return role === undefined ? [] : [{ organizationId: id, organization: name, role }]
  })
  return { user: presentUser(user), memberships }
}
