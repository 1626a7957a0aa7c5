import type { ChangePassword, Login, Role, Whoami } from '@flotilla/contracts'
import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './client.js'
import { keys } from './keys.js'
import { rememberSignIn } from './sign-in-memory.js'

/** Who is signed in; fails with 401 where nobody is. */
export const whoamiQuery = queryOptions({
  queryKey: keys.whoami,
  queryFn: ({ signal }): Promise<Whoami> => answer(api.GET('/api/v1/auth/whoami', { signal })),
  staleTime: 60_000,
  retry: false,
})

export async function signIn(credentials: Login): Promise<void> {
  await answer(api.POST('/api/v1/auth/login', { body: credentials }))
  rememberSignIn(true)
}

export async function signOut(): Promise<void> {
  await answer(api.POST('/api/v1/auth/logout'))
  rememberSignIn(false)
}

export async function changePassword(passwords: ChangePassword): Promise<void> {
  await answer(api.PUT('/api/v1/auth/password', { body: passwords }))
}

const RANK: Record<Role, number> = { observer: 0, operator: 1, developer: 2, admin: 3 }

/** Whether somebody may do in an organization (id or name) what needs `role`. The server decides; this only hides buttons. */
export function mayAct(whoami: Whoami | undefined, organization: string | undefined, role: Role): boolean {
  const membership = whoami?.memberships.find(
    (one) => one.organizationId === organization || one.organization === organization,
  )
  return membership !== undefined && RANK[membership.role] >= RANK[role]
}
