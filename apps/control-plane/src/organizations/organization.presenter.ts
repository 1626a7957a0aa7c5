import type { MemberView, OrganizationView } from '@flotilla/contracts'
import type { MemberRow } from './members.repository.js'
import type { Organization } from './organization.entity.js'

export function presentOrganization(organization: Organization): OrganizationView {
  const { id, name, title, createdAt } = organization
  return { id, name, title, createdAt: createdAt.toISOString() }
}

export function presentMember({ userId, email, name, role, createdAt }: MemberRow): MemberView {
  return { userId, email, name, role, createdAt: createdAt.toISOString() }
}
