import { Problem } from '../http/problem.js'
import type { ProvisioningKeyRow } from './provisioning-keys.repository.js'

/** Why a board may not register with a key; each reason has its own code, because each has its own cure. */
export function whyUnusable(key: ProvisioningKeyRow | undefined, now: Date): Problem {
  if (!key) {
    return refused('invalid', 'This provisioning key does not exist; check it, or make a new one for the fleet.')
  }
  if (key.revokedAt) {
    return refused('revoked', `The provisioning key ${key.prefix}… was revoked; make a new one for the fleet.`)
  }
  if (key.expiresAt && key.expiresAt <= now) {
    const at = key.expiresAt.toISOString()
    return refused('expired', `The provisioning key ${key.prefix}… expired at ${at}; make a new one for the fleet.`)
  }
  const uses = `all ${key.maxUses} of its uses`
  return refused('used-up', `The provisioning key ${key.prefix}… has had ${uses}; make a new one for the fleet.`)
}

function refused(why: string, sentence: string): Problem {
  return new Problem(`provisioning-key-${why}`, 403, sentence)
}
