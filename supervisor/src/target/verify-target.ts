import { TargetSchema, targetStatement, type SignedTarget, type Target } from '@flotilla/contracts'
import { isSignedBy } from '../identity.js'
import { parseJson } from '../parse-json.js'
import type { Registration } from '../stored.js'

/** Why a target was not taken, for programs. */
export type TargetRefusal =
  'unknown-key' | 'bad-signature' | 'malformed' | 'other-device' | 'other-hardware' | 'older-generation'

export class TargetRefused extends Error {
  override name = 'TargetRefused'

  constructor(
    readonly code: TargetRefusal,
    reason: string,
    // The refused target's, where it could be read.
    readonly generation?: number,
  ) {
    super(reason)
  }
}

export interface TargetTrust {
  registration: Registration
  hardwareUuid: string
  // Of the last accepted target; absent: none yet.
  generation?: number
}

/**
 * Opens a signed target, or throws TargetRefused. Nothing of the payload is looked at before its signature holds: it
 * may have come from anywhere.
 */
export function verifyTarget(signed: SignedTarget, trust: TargetTrust): Target {
  const key = trust.registration.targetKeys.find(({ id }) => id === signed.keyId)
  if (!key) throw new TargetRefused('unknown-key', 'It is signed with a key that was not pinned at registration.')
  if (!isSignedBy(key.publicKey, targetStatement(signed.payload), signed.signature)) {
    throw new TargetRefused('bad-signature', 'Its signature does not fit its content.')
  }
  const parsed = TargetSchema.safeParse(parseJson(signed.payload))
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'not JSON' }
    throw new TargetRefused('malformed', `Its content is not understood at /${path.join('/')}: ${message}.`)
  }
  const { device, generation } = parsed.data
  if (device.id !== trust.registration.deviceId) {
    throw new TargetRefused('other-device', `It is meant for device ${device.id}.`, generation)
  }
  if (device.hardwareUuid !== trust.hardwareUuid) {
    throw new TargetRefused('other-hardware', `It is meant for hardware ${device.hardwareUuid}.`, generation)
  }
  if (trust.generation !== undefined && generation < trust.generation) {
    const reason = `Its generation ${generation} is older than ${trust.generation}, which is in force.`
    throw new TargetRefused('older-generation', reason, generation)
  }
  return parsed.data
}
