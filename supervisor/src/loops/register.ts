import { DEVICE_PROTOCOL, registerStatement, type HardwareDescription, type RegisterRequest } from '@flotilla/contracts'
import { backOffDelay, type BackOff } from '../back-off.js'
import { CloudError } from '../errors.js'
import type { Identity } from '../identity.js'
import type { Clock, Cloud, Host, Logger } from '../ports.js'
import type { Registration } from '../stored.js'

const BACK_OFF: BackOff = { baseMs: 2_000, capMs: 300_000 }
// Somebody is about to press "accept".
const ACCEPT_QUEUE_MS = 15_000

export interface RegisterOptions {
  provisioningKey?: string
  name?: string
}

/** The same bytes however often it is asked: the server answers a repeated request as it did the first. */
export function registerRequest(
  identity: Identity,
  board: ReturnType<Host['board']>,
  { provisioningKey, name }: RegisterOptions,
): RegisterRequest {
  const hardware: HardwareDescription = { uuid: identity.uuid, publicKey: identity.publicKey, ...board }
  const signature = identity.sign(registerStatement({ hardware, provisioningKey }))
  return { protocol: DEVICE_PROTOCOL, provisioningKey, name, hardware, signature }
}

/** Asks until the server takes the board in. Undefined: stopped before it did. */
export async function register(
  cloud: Cloud,
  request: RegisterRequest,
  ambient: { clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<Registration | undefined> {
  const { clock, log } = ambient
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await cloud.register(request)
    } catch (error) {
      const facts = error instanceof CloudError ? error.facts : {}
      const isQueued = facts.status === 202
      const delayMs = isQueued ? ACCEPT_QUEUE_MS : backOffDelay(BACK_OFF, failures, () => clock.random())
      const restMs = Math.max(delayMs, facts.retryAfterMs ?? 0)
      if (!signal.aborted) log.warn('not registered yet', { error, failures, restMs })
      await clock.sleep(restMs, signal)
    }
  }
  return undefined
}
