import { unwrap } from '@flotilla/api-client'
import type { Api } from '../api/connect.js'
import { readPages } from '../api/pages.js'
import { only } from './only.js'

/** The member of an organization that an email address or a user's id means. */
export async function findMember(api: Api, organization: string, name: string) {
  const { items } = await readPages((page) =>
    unwrap(api.GET('/api/v1/organizations/{id}/members', { params: { path: { id: organization }, query: page } })),
  )
  const found = items.filter(({ email, userId }) => email.toLowerCase() === name.toLowerCase() || userId === name)
  return only(found, {
    kind: 'member',
    name,
    describe: (member) => member.email,
    ifNone: `See them with: flotilla org members list ${organization}`,
    ifSeveral: "Give the user's id.",
  })
}
