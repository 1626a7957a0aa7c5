import { ownMember } from '../own-member.js'
import type { Plan } from '../plan.js'
import { mergePlans, planSteps, planWaits } from '../plans.js'
import { startContainerKey } from '../step-key.js'
import type { View } from '../view/view.js'
import { holdBack } from './back-off.js'
import { isNeedingTheBoard } from './host.js'
import { lockWait, locksOn } from './locks.js'

// Once may be a container that was just giving up what the other one needs.
const CERTAIN_FAULTS = 2
const WHAT = 'Restarting the engine'

/**
 * A restart of the engine where it keeps a container from starting, and nobody else is in the way. It ends all that runs
 * for some seconds: so locks hold it up, it waits for what is being done, and nothing is begun that it would cut short.
 */
export function planEngineRestart(view: View, plan: Plan): Plan {
  const { containers, canRestartEngine } = view.current
  const held = containers.find(({ id }) => {
    const attempt = ownMember(view.current.attempts, startContainerKey(id))
    return (attempt?.engineFaults ?? 0) >= CERTAIN_FAULTS
  })
  if (!held || !canRestartEngine || plan.steps.some(isNeedingTheBoard)) return plan
  const locks = locksOn(view, containers).map((lock) => ({ ...lockWait(lock, WHAT), subject: 'the engine' }))
  if (locks.length > 0) return mergePlans([plan, planWaits(...locks)])
  const reason = `it keeps ${held.service} from starting, and holds for nobody what that needs`
  const restart = holdBack(view, planSteps({ kind: 'restart-engine', reason }))
  return restart.steps.length > 0 ? { steps: restart.steps, waits: plan.waits } : mergePlans([plan, restart])
}
