import type { Rejection, ServiceEvidence } from '@flotilla/contracts'

/** What an event says that the device saw of services; what is not as expected is left out. */
export function seenServices(services: unknown): Rejection['services'] | undefined {
  const known = Object.entries(isRecord(services) ? services : {}).flatMap(([service, said]) => {
    const evidence = isRecord(said) ? evidenceOf(said) : undefined
    return evidence ? [[service, evidence] as const] : []
  })
  return known.length > 0 ? Object.fromEntries(known) : undefined
}

function evidenceOf({ reason, exitCode, oomKilled, healthOutput, lastLines }: Record<string, unknown>) {
  if (typeof reason !== 'string') return undefined
  const evidence: ServiceEvidence = {
    reason,
    ...(typeof exitCode === 'number' && { exitCode }),
    ...(typeof oomKilled === 'boolean' && { oomKilled }),
    ...(typeof healthOutput === 'string' && { healthOutput }),
    ...(typeof lastLines === 'string' && { lastLines }),
  }
  return evidence
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
