import { findCause } from '../errors.js'
import { isBudgetSpent } from './ports.js'

/** The plan is to know of something first, and may wait for it: no failure. */
export class Postponed extends Error {
  override name = 'Postponed'
}

/** Whether a download ended for nothing but what the plan waits for. */
export function isPostponed(error: unknown): boolean {
  return isBudgetSpent(error) || findCause(error, Postponed) !== undefined
}
