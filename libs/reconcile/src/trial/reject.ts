import type { Rejection, ServiceEvidence } from '@flotilla/contracts'
import type { AppMemory, DeviceMemory, Trial, TrialEvent, Verdict } from '../memory.js'
import { ownMember } from '../own-member.js'

/** What the engine tells of a container that failed. */
export interface Evidence {
  exitCode?: number
  oomKilled?: boolean
  // What its health check printed last.
  healthOutput?: string
  // The end of its log, oldest line first.
  lastLines: string[]
}

// What a report may hold.
const MOST_LINES = 50
const LONGEST_LOG = 32_000
const LONGEST_HEALTH_OUTPUT = 4000
const LONGEST_HEALTH_LINE = 200
const LONGEST_REASON = 2000
const LONGEST_SERVICE_REASON = 1000

const FIRST_RETRY_MS = 60_000
const LONGEST_RETRY_MS = 60 * 60 * 1000

/**
 * Carries a verdict out: the device returns to its last good release; where it has none, it tries the same one again,
 * less and less often. `at` is in milliseconds since the epoch, `evidence` by service.
 */
export function reject(
  memory: DeviceMemory,
  verdict: Verdict,
  { at, evidence }: { at: number; evidence: Record<string, Evidence> },
): { memory: DeviceMemory; events: TrialEvent[] } {
  const app = ownMember(memory, verdict.appId)
  // A verdict on what is no longer tried comes too late.
  if (app?.trial?.fingerprint !== verdict.fingerprint) return { memory, events: [] }
  const { releaseId, version } = app.trial
  const services = verdict.services.map(({ service, reason }) => {
    const found = ownMember(evidence, service)
    return [service, serviceEvidence(explained(reason, found), found)] as const
  })
  const reason = verdict.services.reduce(
    (text, it) => text.replace(it.reason, () => explained(it.reason, ownMember(evidence, it.service))),
    verdict.reason,
  )
  const rejection: Rejection = {
    ...{ releaseId, version, at: new Date(at).toISOString(), code: verdict.code },
    reason: reason.slice(0, LONGEST_REASON),
    services: Object.fromEntries(services),
  }
  const next = app.good ? givenUp(app, app.trial, rejection, verdict) : failed(app, app.trial, rejection, at)
  const kind = app.good ? 'release-rejected' : 'release-failing'
  const detail = { appId: verdict.appId, releaseId, version, code: verdict.code, reason: rejection.reason }
  return { memory: { ...memory, [verdict.appId]: next }, events: [{ kind, detail }] }
}

function givenUp(memory: AppMemory, trial: Trial, rejection: Rejection, { forces, isRefusal }: Verdict): AppMemory {
  const { trial: _trial, restore, ...rest } = memory
  const toRestore = { ...restore, ...trial.snapshots }
  return {
    ...rest,
    rejected: {
      ...{ fingerprint: trial.fingerprint, rejection },
      ...(forces.length > 0 && { spentForces: forces }),
      ...(isRefusal && { isRefused: true }),
    },
    ...(Object.keys(toRestore).length > 0 && { restore: toRestore }),
  }
}

function failed(memory: AppMemory, trial: Trial, lastFailure: Rejection, at: number): AppMemory {
  const failures = trial.failures + 1
  const retryAt = at + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10))
  return { ...memory, trial: { ...trial, failures, lastFailure, retryAt, starts: 0, confirmedBy: [] } }
}

/** What was seen says more than what was counted. */
function explained(reason: string, evidence: Evidence | undefined): string {
  const { healthOutput, lastLines = [] } = evidence ?? {}
  if (lastLines.some((line) => line.includes('exec format error'))) {
    return `${reason} Its program is built for another kind of processor.`
  }
  const said = healthOutput?.trim().split('\n').at(-1)?.slice(-LONGEST_HEALTH_LINE)
  return said && reason.endsWith('is unhealthy.') ? `${reason.slice(0, -1)}: ${said}` : reason
}

function serviceEvidence(reason: string, evidence: Evidence | undefined): ServiceEvidence {
  const { exitCode, oomKilled, healthOutput, lastLines = [] } = evidence ?? {}
  const log = lastLines.slice(-MOST_LINES).join('\n').slice(-LONGEST_LOG)
  return {
    reason: reason.slice(0, LONGEST_SERVICE_REASON),
    ...(exitCode !== undefined && { exitCode }),
    ...(oomKilled && { oomKilled }),
    ...(healthOutput && { healthOutput: healthOutput.slice(-LONGEST_HEALTH_OUTPUT) }),
    ...(log && { lastLines: log }),
  }
}
