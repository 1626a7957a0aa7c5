import type { ProvisioningKeySchema } from '@flotilla/contracts'
import type { z } from 'zod'
import type { ProvisioningKeyRow } from './provisioning-keys.repository.js'

export type ProvisioningKeyView = z.infer<typeof ProvisioningKeySchema>

export function presentProvisioningKey(key: ProvisioningKeyRow): ProvisioningKeyView {
  return {
    id: key.id,
    fleetId: key.fleetId,
    name: key.name,
    prefix: key.prefix,
    ...(key.expiresAt && { expiresAt: key.expiresAt.toISOString() }),
    ...(key.maxUses !== null && { maxUses: key.maxUses }),
    uses: key.uses,
    ...(key.revokedAt && { revokedAt: key.revokedAt.toISOString() }),
    createdAt: key.createdAt.toISOString(),
  }
}
