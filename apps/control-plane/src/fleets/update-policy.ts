import {
  canonicalJson,
  type UpdatePolicy,
  type UpdatePolicyChanges,
  type UpdatePolicyParts,
  UpdatePolicySchema,
} from '@flotilla/contracts'
import { Problem } from '../http/problem.js'

/** What a level sets after a change of it; throws where a device could not keep to it. */
export function changedPolicy(parts: UpdatePolicyParts, changes: UpdatePolicyChanges | undefined): UpdatePolicyParts {
  if (changes === undefined) return parts
  if (typeof changes.timeZone === 'string') checkTimeZone(changes.timeZone)
  const transfers = changes.transfers && withoutUnset({ ...parts.transfers, ...changes.transfers })
  const merged = { ...parts, ...changes, ...(transfers && { transfers }) }
  const { transfers: kept, ...others } = withoutUnset(merged) as UpdatePolicyParts
  return kept === undefined || Object.keys(kept).length === 0 ? others : { ...others, transfers: kept }
}

function withoutUnset(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined))
}

export function isSamePolicy(a: UpdatePolicyParts, b: UpdatePolicyParts): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

/** What holds: the later level wins, defaults fill in the rest. */
export function effectivePolicy(levels: UpdatePolicyParts[], forcedReleaseId: string | undefined): UpdatePolicy {
  const parts = Object.assign({}, ...levels) as UpdatePolicyParts
  const transfers = Object.assign({}, ...levels.map((level) => level.transfers)) as UpdatePolicyParts['transfers']
  return UpdatePolicySchema.parse({ ...parts, transfers, forcedReleaseId })
}

/** Of the releases that somebody forced, the one that a device should run: a forced one counts no longer than that. */
export function forcedRelease(wantedReleaseId: string | null, forced: (string | null)[]): string | undefined {
  return wantedReleaseId !== null && forced.includes(wantedReleaseId) ? wantedReleaseId : undefined
}

/** What a caller hears who forces a release that the fleet or device is not to run, or no longer. */
export function notTheTarget(releaseId: string): Problem {
  const sentence = `${releaseId} is not the release that should run at present; look which one it is, and force that.`
  return new Problem('release-not-target', 409, sentence)
}

// Intl also takes offsets and abbreviations, which know nothing of summer time.
const IANA_NAME = /^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/

function checkTimeZone(timeZone: string): void {
  const sentence = `There is no time zone ${timeZone}; give an IANA name such as Europe/Berlin, or UTC.`
  const unknown = new Problem('time-zone-unknown', 422, sentence)
  if (!IANA_NAME.test(timeZone)) throw unknown
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw unknown
  }
}
