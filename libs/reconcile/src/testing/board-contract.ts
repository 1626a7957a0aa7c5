import type { BoardContract } from '../current-state.js'

/** A board that has this, and understands `>=6.6`, `<6.6` and `*`, which is all that a test needs of ranges. */
export function contractOf(has: Record<string, string>): BoardContract {
  return { has, isInRange }
}

function isInRange(version: string, range: string): boolean | undefined {
  if (range === '*') return true
  const [, relation, bound] = /^(>=|<)(\d+(?:\.\d+)?)$/.exec(range) ?? []
  return bound === undefined ? undefined : (relation === '>=') === parseFloat(version) >= parseFloat(bound)
}
