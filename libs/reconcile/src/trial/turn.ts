import type { Target, TargetApp } from '@flotilla/contracts'
import type { AppMemory, TrialEvent, Verdict, Watch } from '../memory.js'
import type { View } from '../view/view.js'

/** One app in one round of watching. */
export interface AppTurn {
  target: Target
  view: View
  // What runs now, or should.
  app: TargetApp
  memory: AppMemory
  // The trial began in this round.
  isNew: boolean
  elapsedMs: number
}

/** What the round comes to. */
export interface AppAdvance {
  memory: AppMemory
  watch?: Watch
  verdict?: Verdict
  events: TrialEvent[]
  begins?: boolean
}
