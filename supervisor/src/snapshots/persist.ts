import { backOffDelay, type BackOff } from '../back-off.js'
import { CloudError } from '../errors.js'
import type { Clock, Logger } from '../ports.js'

const BACK_OFF: BackOff = { baseMs: 2_000, capMs: 300_000 }
const LONGEST_MS = 24 * 3_600_000

/** What the server read and will not take, however often it comes; a request that was cut short is not that. */
export function isRefusal(error: CloudError): boolean {
  const { status = 500, code, isUnread } = error.facts
  if (isUnread || code === 'request-cut-short') return false
  return status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429
}

/** Tries again and again while it is the link that fails; for a day at most. Refusals travel at once. */
export async function persist<T>(
  ambient: { clock: Clock; log: Logger; ending: AbortSignal },
  deed: () => Promise<T>,
): Promise<T> {
  const { clock, log, ending } = ambient
  const begun = clock.monotonic()
  for (let failures = 1; ; failures++) {
    ending.throwIfAborted()
    try {
      return await deed()
    } catch (error) {
      if (!(error instanceof CloudError) || isRefusal(error) || clock.monotonic() - begun > LONGEST_MS) throw error
      log.debug('snapshot transfer interrupted', { error })
      const delay = backOffDelay(BACK_OFF, failures, () => clock.random())
      await clock.sleep(Math.max(delay, error.facts.retryAfterMs ?? 0), ending)
    }
  }
}
