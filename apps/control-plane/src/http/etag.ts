import { createHash } from 'node:crypto'
import { canonicalJson } from '@flotilla/contracts'
import { Problem } from './problem.js'

// What devices change by being there, all the time. It makes a resource new to whoever reads it, and is nothing that
// two people who edit it could take from each other.
const LIVE_MEMBERS = [
  'activity',
  'confirmedReleaseId',
  'confirmedVersion',
  'connectivity',
  'deviceCounts',
  'explanation',
  'lastSeenAt',
  'lastUsedAt',
  'metrics',
  'rejected',
  'rejections',
  'reportedAt',
  'reportedGeneration',
  'runningReleaseId',
  'runningVersion',
  'serviceCounts',
  'supervisorVersion',
  'trial',
]
const HALF = 11

/** The entity tag of a resource as it is presented: one half for all of it, before that one for what people edit. */
export function etagOf(view: unknown): string {
  return `"${editedHalf(view)}${hash(view)}"`
}

/** For PATCH: throws 412 unless `If-Match` is absent, `*`, or names the resource as people have left it. */
export function requireMatch(ifMatch: string | undefined, current: unknown): void {
  if (ifMatch === undefined || ifMatch === '*') return
  // Proxies that compress mark tags as weak; they still name the same resource.
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (!tags.some((tag) => tag.slice(1, 1 + HALF) === editedHalf(current))) {
    throw new Problem(
      'changed-meanwhile',
      412,
      'Somebody changed this since you read it; read it again and repeat your change.',
    )
  }
}

function editedHalf(view: unknown): string {
  if (typeof view !== 'object' || view === null) return hash(view)
  return hash(Object.fromEntries(Object.entries(view).filter(([name]) => !LIVE_MEMBERS.includes(name))))
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, HALF)
}
