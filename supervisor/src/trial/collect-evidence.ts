import type { Evidence, Verdict } from '@flotilla/reconcile'
import type { Engine, Logger } from '../ports.js'

const LINES = 50

/** By service. What cannot be found out (its container is gone, the engine is busy) must not keep a release from going. */
export async function collectEvidence(
  engine: Engine,
  verdict: Verdict,
  log: Logger,
): Promise<Record<string, Evidence>> {
  const found = await Promise.all(
    verdict.services.map(async ({ service, containerId }): Promise<[string, Evidence][]> => {
      if (containerId === undefined) return []
      try {
        return [[service, await engine.evidence(containerId, LINES)]]
      } catch (error) {
        log.warn('no evidence of a failing service', { service, error })
        return []
      }
    }),
  )
  return Object.fromEntries(found.flat())
}
