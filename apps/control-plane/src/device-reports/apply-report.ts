import { applyMergePatch, DeviceStateSchema, type ReportRequest } from '@flotilla/contracts'
import { Problem } from '../http/problem.js'
import type { SentState } from './device-report.entity.js'
import { storableJson } from '../database/storable-json.js'

/** What is stored of a board's reports. */
export interface HeldState {
  number: number
  state: SentState
}

export type Applied =
  // To be stored.
  | { kind: 'new'; state: SentState }
  // Its answer was lost and it comes again.
  | { kind: 'known' }
  // It builds on a state that is not held here: the device has to begin from nothing.
  | { kind: 'misfit' }

/** What a report comes to, given what is held of the board. Throws 422 where the result is no device state. */
export function applyReport(held: HeldState | undefined, report: ReportRequest): Applied {
  if (report.baseline === 0) return { kind: 'new', state: merged({}, report) }
  if (held && report.number === held.number) return { kind: 'known' }
  if (held && report.baseline === held.number) return { kind: 'new', state: merged(held.state, report) }
  return { kind: 'misfit' }
}

function merged(base: SentState, { changes }: ReportRequest): SentState {
  const state = applyMergePatch(base, storableJson(changes))
  const checked = DeviceStateSchema.safeParse(state)
  if (checked.success) return state as SentState
  throw new Problem('report-invalid', 422, 'With these changes the state would not be a device state; see issues.', {
    issues: checked.error.issues.slice(0, 50).map(({ path, message }) => ({ path: `/${path.join('/')}`, message })),
  })
}

/** The releases that a state says the device runs. */
export function namedReleases(state: SentState): string[] {
  return Object.values(state.apps ?? {}).flatMap(({ releaseId }) => (releaseId === undefined ? [] : [releaseId]))
}

/** The release that a device runs: of its fleet's app, or of the one that it has not left yet. */
export function runningRelease(state: SentState, fleetId: string): string | undefined {
  return state.apps?.[fleetId]?.releaseId ?? namedReleases(state)[0]
}
