import type { ServiceState } from '@flotilla/contracts'
import type { SentState } from './device-report.entity.js'
import { runningRelease } from './apply-report.js'

export interface Transition {
  kind: string
  detail: Record<string, unknown>
}

/** What changed between two reported states that belongs into the history of the device. */
export function transitions(before: SentState, after: SentState, fleetId: string): Transition[] {
  return [...activity(before, after), ...release(before, after, fleetId), ...services(before, after)]
}

function activity(before: SentState, after: SentState): Transition[] {
  if (after.activity === undefined || before.activity === after.activity) return []
  const detail = { from: before.activity, to: after.activity, explanation: after.explanation }
  return [{ kind: 'activity-changed', detail: given(detail) }]
}

function release(before: SentState, after: SentState, fleetId: string): Transition[] {
  const [from, to] = [runningRelease(before, fleetId), runningRelease(after, fleetId)]
  return from === to ? [] : [{ kind: 'running-release-changed', detail: given({ from, to }) }]
}

function services(before: SentState, after: SentState): Transition[] {
  const earlier = byService(before)
  const later = byService(after)
  return [...new Set([...earlier.keys(), ...later.keys()])].flatMap((key) => {
    const [from, to] = [earlier.get(key), later.get(key)]
    if (from?.state.status === to?.state.status && from?.state.health === to?.state.health) return []
    const { app, service } = to ?? from ?? {}
    const { exitCode, error } = to?.state ?? {}
    const detail = { app, service, from: summary(from?.state), to: summary(to?.state), exitCode, error }
    return [{ kind: 'service-changed', detail: given(detail) }]
  })
}

function byService(state: SentState) {
  const found = Object.entries(state.apps ?? {}).flatMap(([app, { services = {} }]) =>
    Object.entries(services).map(([service, inner]) => [`${app} ${service}`, { app, service, state: inner }] as const),
  )
  return new Map(found)
}

function summary(state: ServiceState | undefined): string | undefined {
  return state && (state.health === undefined ? state.status : `${state.status}, ${state.health}`)
}

function given(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined))
}
