import type { ProvisioningKeyView } from '../../api/fleets.js'

/** Whether boards can still join with a key, and if not why. */
export function keyStatus(
  key: Pick<ProvisioningKeyView, 'revokedAt' | 'expiresAt' | 'maxUses' | 'uses'>,
  now: number,
): 'Active' | 'Revoked' | 'Expired' | 'Used up' {
  if (key.revokedAt) return 'Revoked'
  if (key.expiresAt && Date.parse(key.expiresAt) <= now) return 'Expired'
  if (key.maxUses !== undefined && key.uses >= key.maxUses) return 'Used up'
  return 'Active'
}
