import { z } from 'zod'
import {
  BranchNameSchema,
  DisplayNameSchema,
  PlatformSchema,
  ServiceNameSchema,
  SlugSchema,
  TimestampSchema,
  VariableNameSchema,
} from '../names.js'
import { UpdatePolicySchema } from '../device/update-policy.js'
import { PageQuerySchema, pageSchema } from './access.js'
import { UpdatePolicyChangesSchema } from './update-policy.js'

export const FleetSchema = z
  .object({
    id: z.uuid(),
    organizationId: z.uuid(),
    organization: SlugSchema,
    name: SlugSchema,
    deployBranch: z.string(),
    // Platforms to build for besides those of the fleet's devices.
    platforms: z.array(PlatformSchema),
    // The release its devices should run; absent before the first.
    targetReleaseId: z.uuid().optional(),
    // true: the fleet stays on targetReleaseId whatever is pushed.
    pinned: z.boolean(),
    revision: z.int(),
    // What it sets, and the defaults for the rest.
    updatePolicy: UpdatePolicySchema,
    // rejected: of those that gave their release up. failing: of those where a step fails and is tried again.
    deviceCounts: z.object({ total: z.int(), online: z.int(), rejected: z.int(), failing: z.int() }),
    gitUrl: z.string(),
    createdAt: TimestampSchema,
  })
  .meta({ id: 'Fleet' })
export type FleetView = z.infer<typeof FleetSchema>
export const FleetPageSchema = pageSchema(FleetSchema, 'FleetPage')
/** `name` may be `fleet` or `organization/fleet`. */
export const FleetQuerySchema = PageQuerySchema.extend({
  organization: z.string().optional(),
  name: z.string().optional(),
})
export type FleetQuery = z.infer<typeof FleetQuerySchema>
export const CreateFleetSchema = z.object({
  organization: SlugSchema,
  name: SlugSchema,
  deployBranch: BranchNameSchema.default('main'),
  platforms: z.array(PlatformSchema).default([]),
})
export type CreateFleet = z.infer<typeof CreateFleetSchema>
export const UpdateFleetSchema = z.object({
  name: SlugSchema.optional(),
  deployBranch: BranchNameSchema.optional(),
  platforms: z.array(PlatformSchema).optional(),
  // A final release of this fleet pins it there; null follows the newest again.
  pinnedReleaseId: z.uuid().nullable().optional(),
  updatePolicy: UpdatePolicyChangesSchema.optional(),
})
export type UpdateFleet = z.infer<typeof UpdateFleetSchema>

export const ProvisioningKeySchema = z
  .object({
    id: z.uuid(),
    fleetId: z.uuid(),
    name: z.string(),
    prefix: z.string(),
    expiresAt: TimestampSchema.optional(),
    // Absent: any number of boards.
    maxUses: z.int().positive().optional(),
    uses: z.int().nonnegative(),
    revokedAt: TimestampSchema.optional(),
    createdAt: TimestampSchema,
  })
  .meta({ id: 'ProvisioningKey' })
export const ProvisioningKeyPageSchema = pageSchema(ProvisioningKeySchema, 'ProvisioningKeyPage')
export const CreateProvisioningKeySchema = z.object({
  name: DisplayNameSchema.default('provisioning key'),
  expiresInSeconds: z
    .int()
    .positive()
    .max(10 * 365 * 86_400)
    .optional(),
  maxUses: z.int().positive().max(1_000_000_000).optional(),
})
export type CreateProvisioningKey = z.infer<typeof CreateProvisioningKeySchema>
/** The only answer that ever holds the key. */
export const CreatedProvisioningKeySchema = ProvisioningKeySchema.extend({ key: z.string() }).meta({
  id: 'CreatedProvisioningKey',
})

export const VariableKindSchema = z.enum(['environment', 'config'])
export const VariableSchema = z
  .object({
    id: z.uuid(),
    // Exactly one of the two.
    fleetId: z.uuid().optional(),
    deviceId: z.uuid().optional(),
    // Absent: every service.
    service: ServiceNameSchema.optional(),
    kind: VariableKindSchema,
    name: VariableNameSchema,
    // Absent for secrets: they can be written, never read.
    value: z.string().optional(),
    secret: z.boolean(),
    updatedAt: TimestampSchema,
  })
  .meta({ id: 'Variable' })
export type VariableView = z.infer<typeof VariableSchema>
export const VariablePageSchema = pageSchema(VariableSchema, 'VariablePage')
/** With `device`, `inherited=true` also gives the fleet's variables that reach that device. */
export const VariableQuerySchema = PageQuerySchema.extend({
  fleet: z.uuid().optional(),
  device: z.uuid().optional(),
  service: ServiceNameSchema.optional(),
  inherited: z.stringbool().optional(),
})
export type VariableQuery = z.infer<typeof VariableQuerySchema>
/** PUT /variables: sets the one variable that these coordinates name. */
export const SetVariableSchema = z
  .object({
    fleetId: z.uuid().optional(),
    deviceId: z.uuid().optional(),
    service: ServiceNameSchema.optional(),
    kind: VariableKindSchema.default('environment'),
    name: VariableNameSchema,
    value: z.string().max(64 * 1024),
    secret: z.boolean().default(false),
  })
  .refine((v) => (v.fleetId === undefined) !== (v.deviceId === undefined), 'give either fleetId or deviceId')
export type SetVariable = z.infer<typeof SetVariableSchema>
