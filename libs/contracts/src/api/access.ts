import { z } from 'zod'
import { DisplayNameSchema, SlugSchema, TimestampSchema } from '../names.js'

/** Query of every list: `?limit=50&cursor=…`. */
export const PageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(512).optional(),
})
export type PageQuery = z.infer<typeof PageQuerySchema>

/** `nextCursor` is absent on the last page. */
export function pageSchema<T extends z.ZodType>(item: T, id: string) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() }).meta({ id })
}
export interface Page<T> {
  items: T[]
  nextCursor?: string
}

export const RoleSchema = z.enum(['admin', 'developer', 'operator', 'observer'])
export type Role = z.infer<typeof RoleSchema>

const PasswordSchema = z.string().min(10, 'use at least 10 characters').max(1024)

export const UserSchema = z
  .object({ id: z.uuid(), email: z.email(), name: z.string(), createdAt: TimestampSchema })
  .meta({ id: 'User' })
export type UserView = z.infer<typeof UserSchema>

export const LoginSchema = z.object({ email: z.string().max(320), password: z.string().max(1024) })
export type Login = z.infer<typeof LoginSchema>

/** The token is also set as an HttpOnly cookie; programs send it as bearer. */
export const SessionSchema = z
  .object({ token: z.string(), expiresAt: TimestampSchema, user: UserSchema })
  .meta({ id: 'Session' })

export const MembershipSchema = z
  .object({ organizationId: z.uuid(), organization: SlugSchema, role: RoleSchema })
  .meta({ id: 'Membership' })

export const WhoamiSchema = z
  .object({ user: UserSchema, memberships: z.array(MembershipSchema) })
  .meta({ id: 'Whoami' })
export type Whoami = z.infer<typeof WhoamiSchema>

export const ChangePasswordSchema = z.object({ currentPassword: z.string().max(1024), newPassword: PasswordSchema })
export type ChangePassword = z.infer<typeof ChangePasswordSchema>

export const OrganizationSchema = z
  .object({ id: z.uuid(), name: SlugSchema, title: z.string(), createdAt: TimestampSchema })
  .meta({ id: 'Organization' })
export type OrganizationView = z.infer<typeof OrganizationSchema>
export const OrganizationPageSchema = pageSchema(OrganizationSchema, 'OrganizationPage')
export const CreateOrganizationSchema = z.object({ name: SlugSchema, title: DisplayNameSchema.optional() })
export type CreateOrganization = z.infer<typeof CreateOrganizationSchema>

export const MemberSchema = z
  .object({ userId: z.uuid(), email: z.email(), name: z.string(), role: RoleSchema, createdAt: TimestampSchema })
  .meta({ id: 'Member' })
export type MemberView = z.infer<typeof MemberSchema>
export const MemberPageSchema = pageSchema(MemberSchema, 'MemberPage')
/** Adds a user; one that does not exist yet is created and needs `password`. */
export const AddMemberSchema = z.object({
  email: z.email().max(320),
  name: DisplayNameSchema.optional(),
  role: RoleSchema,
  password: PasswordSchema.optional(),
})
export type AddMember = z.infer<typeof AddMemberSchema>
export const UpdateMemberSchema = z.object({ role: RoleSchema })
export type UpdateMember = z.infer<typeof UpdateMemberSchema>

/** An API token without its secret. It acts as its user, with at most `role` where one is given. */
export const ApiKeySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string(),
    role: RoleSchema.optional(),
    createdAt: TimestampSchema,
    expiresAt: TimestampSchema.optional(),
    lastUsedAt: TimestampSchema.optional(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKeyView = z.infer<typeof ApiKeySchema>
export const ApiKeyPageSchema = pageSchema(ApiKeySchema, 'ApiKeyPage')
export const CreateApiKeySchema = z.object({
  name: DisplayNameSchema,
  role: RoleSchema.optional(),
  expiresInSeconds: z
    .int()
    .positive()
    .max(10 * 365 * 86_400)
    .optional(),
})
export type CreateApiKey = z.infer<typeof CreateApiKeySchema>
/** The only answer that ever holds the token. */
export const CreatedApiKeySchema = ApiKeySchema.extend({ token: z.string() }).meta({ id: 'CreatedApiKey' })
export type CreatedApiKeyView = z.infer<typeof CreatedApiKeySchema>

export const AuditEntrySchema = z
  .object({
    id: z.string(),
    at: TimestampSchema,
    actor: z.object({
      kind: z.enum(['user', 'api-key', 'device', 'builder', 'system']),
      id: z.string(),
      label: z.string(),
    }),
    ip: z.string().optional(),
    action: z.string(),
    resource: z.object({ kind: z.string(), id: z.string() }),
    before: z.json().optional(),
    after: z.json().optional(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntryView = z.infer<typeof AuditEntrySchema>
export const AuditEntryPageSchema = pageSchema(AuditEntrySchema, 'AuditEntryPage')
/** `organization` is an id or a name; absent: all that the caller administers, and the caller's own sign-ins. */
export const AuditQuerySchema = PageQuerySchema.extend({ organization: z.string().max(64).optional() })
export type AuditQuery = z.infer<typeof AuditQuerySchema>
