import type { TargetApp } from '@flotilla/contracts'
import type { Verdict } from '../memory.js'
import { forcesOf } from './follow-target.js'
import type { AppAdvance, AppTurn } from './turn.js'

/**
 * A release that requires what this board has not: it is rejected without having been tried, once. Where there is none to
 * return to, what was there before stays as it is.
 */
export function refuse({ target, view, app, memory }: AppTurn, asked: TargetApp): AppAdvance {
  const refusals = Object.entries(view.misfits.get(app.id)?.refusals ?? {})
  const reason = refusals.map(([, why]) => why).join(' ')
  const { trial } = memory
  if (!trial || trial.lastFailure?.reason === reason) return { memory, events: [] }
  const verdict: Verdict = {
    ...{ appId: app.id, fingerprint: trial.fingerprint, code: 'cannot-start', reason, isRefusal: true },
    services: refusals.map(([service, why]) => ({ service, reason: why })),
    forces: forcesOf(target, asked, view.current),
  }
  return { memory, events: [], verdict }
}
