import { TargetAppSchema } from '@flotilla/contracts'
import type { AppState, DeviceState } from '@flotilla/contracts'
import type { CurrentContainer } from './current-state.js'
import type { AppMemory, Trial } from './memory.js'
import { byText, ownMember } from './own-member.js'
import { isToBeStarted } from './readiness.js'
import { isLive } from './restart-policy.js'
import { serviceState, type AppStatesInput } from './service-state.js'
import type { ServiceView } from './view/services.js'
import { viewOf, type View } from './view/view.js'

/** DeviceState.apps: what is there of each service of the target, and of what is still to go. */
export function appStates(input: AppStatesInput): DeviceState['apps'] {
  const view = viewOf(input.target, input.current, input.now)
  const wantedIds = view.target.apps.map(({ id }) => id)
  const otherIds = view.unwanted.flat().map(({ appId }) => appId)
  // The report takes only uuids; anything else can only be a label that someone else has written.
  const ids = [...new Set([...wantedIds, ...otherIds])].filter((id) => TargetAppSchema.shape.id.safeParse(id).success)
  return Object.fromEntries(ids.sort(byText).map((id) => [id, appState(input, view, id)]))
}

function appState(input: AppStatesInput, view: View, appId: string): AppState {
  const app = view.target.apps.find(({ id }) => id === appId)
  const wanted = view.services.filter((item) => item.app.id === appId)
  const unwanted = view.unwanted.filter(([first]) => first?.appId === appId)
  const states = [
    ...wanted.map((item) => [item.name, serviceState(input, item.containers, item)] as const),
    ...unwanted.map((containers) => [containers[0]?.service ?? '', serviceState(input, containers)] as const),
  ]
  return {
    ...(app && runsAsWanted(wanted, unwanted.flat()) && { releaseId: app.release.id }),
    ...(app && rememberedState(ownMember(input.current.memory ?? {}, appId))),
    services: Object.fromEntries(states),
  }
}

function rememberedState({ good, trial, rejected }: AppMemory = {}): Partial<AppState> {
  return {
    ...(good && { confirmedReleaseId: good.release.id }),
    ...(trial && (trial.isPermitted || trial.failures > 0) && { trial: trialState(trial) }),
    ...(rejected && { rejected: rejected.rejection }),
  }
}

function trialState({ releaseId, failures, lastFailure }: Trial): AppState['trial'] {
  return { releaseId, ...(failures > 0 && { failures }), ...(lastFailure && { lastFailure }) }
}

function runsAsWanted(wanted: ServiceView[], unwanted: CurrentContainer[]): boolean {
  return wanted.every((item) => item.right && isAsWanted(item, item.right)) && !unwanted.some(isLive)
}

function isAsWanted(item: ServiceView, container: CurrentContainer): boolean {
  if (container.status === 'running') return container.health === undefined || container.health === 'healthy'
  const hasEnded = container.status === 'exited' && !isToBeStarted(item, container)
  return hasEnded && container.exitCode === 0
}
