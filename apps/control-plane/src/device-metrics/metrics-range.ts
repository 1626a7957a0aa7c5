import type { DeviceMetricsQuery } from '@flotilla/contracts'
import { Problem } from '../http/problem.js'

export interface MetricsRange {
  from: Date
  to: Date
  stepSeconds: number
}

const DAY_MS = 86_400_000
const MOST_STEPS = 2000
// As many as a chart shows.
const USUAL_STEPS = 300

/** What is asked for, with what was left open: the last day, in so many steps as a chart shows. Pure. */
export function metricsRange(query: DeviceMetricsQuery, now: Date): MetricsRange {
  const to = query.to === undefined ? now : new Date(query.to)
  const from = query.from === undefined ? new Date(to.getTime() - DAY_MS) : new Date(query.from)
  const seconds = (to.getTime() - from.getTime()) / 1000
  if (seconds <= 0) throw new Problem('range-invalid', 422, 'There is no time between `from` and `to`.')
  const stepSeconds = query.step ?? Math.min(86_400, Math.max(1, Math.ceil(seconds / USUAL_STEPS)))
  if (seconds / stepSeconds > MOST_STEPS) {
    const least = Math.ceil(seconds / MOST_STEPS)
    throw new Problem('too-many-steps', 422, `This would be more than ${MOST_STEPS} steps; take ${least} s or longer.`)
  }
  return { from, to, stepSeconds }
}
