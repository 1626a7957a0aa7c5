import { DigestSchema, type ServiceState, type Target } from '@flotilla/contracts'
import type { CurrentContainer, CurrentState } from './current-state.js'
import { stepSubjects } from './describe-step.js'
import { imageReference } from './images.js'
import { ownMember } from './own-member.js'
import type { Plan, Step } from './plan.js'
import { isToBeStarted } from './readiness.js'
import { stepKey } from './step-key.js'
import type { ServiceView } from './view/services.js'

/** How far the download of an image is. */
export type DownloadState = NonNullable<ServiceState['download']>

export interface AppStatesInput {
  target: Target
  current: CurrentState
  plan: Plan
  // As it was given to planNextSteps.
  now: number
  // By image (repository@digest), of those that are being downloaded.
  progress?: Record<string, DownloadState>
}

// What a report may hold.
const LONGEST_ERROR = 2000
// Beyond it, a number of milliseconds is no date.
const LAST_DATE_MS = 8.64e15

/** What there is of one service; `item` where the target has it. */
export function serviceState(input: AppStatesInput, containers: CurrentContainer[], item?: ServiceView): ServiceState {
  const container = item?.right ?? containers[0]
  const error = lastError(input, container, item)
  return {
    status: container ? containerStatus(input, container) : missingStatus(input, item),
    ...(container && containerFacts(container)),
    ...downloadProgress(input, item),
    ...(error !== undefined && { error: error.slice(0, LONGEST_ERROR) }),
  }
}

function containerStatus({ plan }: AppStatesInput, container: CurrentContainer): ServiceState['status'] {
  const isGoing = plan.steps.some(
    (step) => (step.kind === 'stop-container' || step.kind === 'remove-container') && step.id === container.id,
  )
  return isGoing || container.status === 'removing' ? 'stopping' : container.status
}

function missingStatus({ current, plan }: AppStatesInput, item: ServiceView | undefined): ServiceState['status'] {
  if (!item) return 'waiting'
  const isCreated = plan.steps.some((step) => step.kind === 'create-container' && isOf(step, item))
  if (isCreated) return 'installing'
  const image = imageReference(item.service.image)
  if (current.images.includes(image)) return 'downloaded'
  const isPulled = plan.steps.some((step) => step.kind === 'pull-image' && step.image === image)
  return isPulled || current.downloading.includes(image) ? 'downloading' : 'waiting'
}

function containerFacts(container: CurrentContainer): Partial<ServiceState> {
  const { id, image, status, health, startedAt, exitCode, restartCount, oomKilled } = container
  const digest = DigestSchema.safeParse(image.slice(image.indexOf('@') + 1))
  return {
    containerId: id,
    ...(digest.success && { imageDigest: digest.data }),
    ...(health && { health }),
    ...(startedAt !== undefined &&
      Math.abs(startedAt) <= LAST_DATE_MS && { startedAt: new Date(startedAt).toISOString() }),
    ...(exitCode !== undefined && status === 'exited' && { exitCode }),
    ...(restartCount !== undefined && { restartCount }),
    ...(oomKilled && { oomKilled }),
  }
}

function downloadProgress({ current, progress }: AppStatesInput, item: ServiceView | undefined): Partial<ServiceState> {
  const image = item && imageReference(item.service.image)
  if (image === undefined || current.images.includes(image)) return {}
  const download = progress && ownMember(progress, image)
  return download ? { download, progressPercent: percentOf(download) } : {}
}

/** All of it is for the image that is there. */
function percentOf({ doneBytes, neededBytes }: DownloadState): number {
  return neededBytes > 0 ? Math.min(99, Math.floor((100 * doneBytes) / neededBytes)) : 0
}

function lastError(
  { plan, current }: AppStatesInput,
  container: CurrentContainer | undefined,
  item: ServiceView | undefined,
): string | undefined {
  const appId = item?.app.id ?? container?.appId
  const service = item?.name ?? container?.service
  const wait = plan.waits.find((it) => it.error !== undefined && it.appId === appId && it.service === service)
  if (wait) return wait.error
  const retried = plan.steps.find(
    (step) => concerns(step, appId, service) && ownMember(current.attempts, stepKey(step)),
  )
  if (retried) return ownMember(current.attempts, stepKey(retried))?.error
  return container && lastEnd(container, item)
}

function lastEnd(container: CurrentContainer, item: ServiceView | undefined): string | undefined {
  const { status, exitCode, oomKilled } = container
  if (oomKilled && (status === 'exited' || status === 'restarting'))
    return 'It was killed because it ran out of memory.'
  const hasFailed = item && status === 'exited' && exitCode !== 0
  return hasFailed && !isToBeStarted(item, container) ? `It ended with exit code ${exitCode ?? 'unknown'}.` : undefined
}

function isOf(step: Step, { app, name }: ServiceView): boolean {
  return concerns(step, app.id, name)
}

function concerns(step: Step, appId: string | undefined, service: string | undefined): boolean {
  return stepSubjects(step).some((subject) => subject.appId === appId && subject.service === service)
}
