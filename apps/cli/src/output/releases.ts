import type { BuildView, ReleaseView } from '@flotilla/contracts'
import { formatAge, formatSeconds } from './age.js'
import { formatBytes } from './bytes.js'
import type { Format } from './style.js'
import type { Column, Field } from './table.js'

/* How releases and builds look to people. Pure. */

const MESSAGE_LENGTH = 50

export function releaseColumns(now: Date): Column<ReleaseView>[] {
  return [
    { title: 'VERSION', value: (release) => release.version },
    { title: 'STATUS', value: releaseStatus, format: releaseFormat },
    { title: 'COMMIT', value: (release) => release.commit.slice(0, 7) },
    { title: 'BRANCH', value: (release) => release.branch },
    { title: 'DEVICES', value: runningOf },
    { title: 'CREATED', value: (release) => formatAge(release.createdAt, now) },
    { title: 'MESSAGE', value: ({ message }) => message && shortened(message) },
  ]
}

export function releaseFields(release: ReleaseView, now: Date): Field[] {
  return [
    ['release', release.version],
    ['status', releaseStatus(release), releaseFormat(release)],
    ['failed because', release.failureReason],
    ['devices', runningOf(release)],
    ['commit', release.commit],
    ['branch', release.branch],
    ['author', release.author],
    ['message', release.message?.trim()],
    ['created', formatAge(release.createdAt, now)],
    ['final', release.finalizedAt && formatAge(release.finalizedAt, now)],
    ['invalid', release.invalidatedAt && formatAge(release.invalidatedAt, now)],
    ['build', release.buildId],
    ['id', release.id],
  ]
}

export const imageColumns: Column<ReleaseView['images'][number]>[] = [
  { title: 'SERVICE', value: (image) => image.service },
  { title: 'PLATFORM', value: (image) => image.platform },
  { title: 'SIZE', value: (image) => formatBytes(image.sizeBytes) },
  { title: 'DIGEST', value: (image) => image.digest },
]

export function buildColumns(now: Date): Column<BuildView>[] {
  return [
    { title: 'BUILD', value: (build) => build.id },
    { title: 'STATE', value: buildState, format: buildFormat },
    { title: 'QUEUED', value: (build) => formatAge(build.queuedAt, now) },
    { title: 'TOOK', value: (build) => buildDuration(build, now) },
    { title: 'REASON', value: (build) => build.reason },
  ]
}

export function buildFields(build: BuildView, now: Date): Field[] {
  return [
    ['build', build.id],
    ['state', buildState(build), buildFormat(build)],
    ['reason', build.reason],
    ['attempt', build.attempt],
    ['queued', formatAge(build.queuedAt, now)],
    ['started', build.startedAt && formatAge(build.startedAt, now)],
    ['took', buildDuration(build, now)],
    ['release', build.releaseId],
  ]
}

function releaseStatus({ status, invalidatedAt }: ReleaseView): string {
  return invalidatedAt === undefined ? status : `${status}, invalid`
}

function releaseFormat({ status, invalidatedAt }: ReleaseView): Format | undefined {
  if (status === 'failed' || invalidatedAt !== undefined) return 'red'
  return status === 'final' ? 'green' : 'yellow'
}

function runningOf({ deviceCounts }: ReleaseView): string {
  return `${deviceCounts.running} running, ${deviceCounts.targeted} targeted`
}

function buildState({ state, queuePosition }: BuildView): string {
  return state === 'queued' && queuePosition ? `queued behind ${queuePosition}` : state
}

function buildFormat({ state }: BuildView): Format | undefined {
  if (state === 'failed' || state === 'cancelled') return 'red'
  return state === 'succeeded' ? 'green' : 'yellow'
}

function buildDuration({ startedAt, endedAt }: BuildView, now: Date): string | undefined {
  if (startedAt === undefined) return undefined
  const end = endedAt === undefined ? now : new Date(endedAt)
  return formatSeconds(Math.max(0, Math.round((end.getTime() - new Date(startedAt).getTime()) / 1000)))
}

function shortened(message: string): string {
  const [first = ''] = message.trim().split('\n')
  return first.length > MESSAGE_LENGTH ? `${first.slice(0, MESSAGE_LENGTH - 1)}…` : first
}
