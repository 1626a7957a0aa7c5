import type { DeviceState, Target } from '@flotilla/contracts'
import type { CurrentState } from './current-state.js'
import type { Plan } from './plan.js'

export interface AppStatesInput {
  target: Target
  current: CurrentState
  plan: Plan
  // repository@digest → share of the image that is on the device, 0 to 100, for images being downloaded.
  progress?: Record<string, number>
}

/** DeviceState.apps: what runs, as seen from the target, including containers that are still to go. */
export function appStates(input: AppStatesInput): DeviceState['apps'] {
  return Object.fromEntries(input.target.apps.map((app) => [app.id, { services: {} }]))
}
