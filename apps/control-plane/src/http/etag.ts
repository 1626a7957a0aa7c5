import { createHash } from 'node:crypto'
import { canonicalJson } from '@flotilla/contracts'
import { Problem } from './problem.js'

/** The entity tag of a resource as it is presented. */
export function etagOf(view: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(view)).digest('base64url').slice(0, 22)}"`
}

/** For PATCH: throws 412 unless `If-Match` is absent, `*`, or names the resource as it is now. */
export function requireMatch(ifMatch: string | undefined, current: unknown): void {
  if (ifMatch === undefined || ifMatch === '*') return
  // Proxies that compress mark tags as weak; they still name the same resource.
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (!tags.includes(etagOf(current))) {
    throw new Problem(
      'changed-meanwhile',
      412,
      'Somebody changed this since you read it; read it again and repeat your change.',
    )
  }
}
