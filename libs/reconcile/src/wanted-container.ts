import type { TargetApp, TargetService } from '@flotilla/contracts'
import { containerSpec, specHash, type ContainerSpecInput } from './container-spec.js'
import type { ContainerSpec } from './plan.js'

export interface WantedContainer {
  spec: ContainerSpec
  specHash: string
}

// Of each service the last one: it is asked for several times in every round, and the app stays the same for weeks. A
// small board spends most of a round on it otherwise.
const known = new WeakMap<TargetApp, Map<string, { key: string; wanted: WantedContainer }>>()

/** The container that a service of the target asks for, with its fingerprint. Apps are never changed once they are made. */
export function wantedContainer(input: ContainerSpecInput, service: TargetService): WantedContainer {
  const { target, app, platform, joins, restartsWith } = input
  const key = JSON.stringify([target.device.id, target.device.hardwareUuid, platform, joins, restartsWith])
  const ofApp = known.get(app) ?? new Map<string, { key: string; wanted: WantedContainer }>()
  const before = ofApp.get(input.service)
  if (before?.key === key) return before.wanted
  const spec = containerSpec(input, service)
  const wanted = { spec, specHash: specHash(spec, input) }
  known.set(app, ofApp.set(input.service, { key, wanted }))
  return wanted
}
