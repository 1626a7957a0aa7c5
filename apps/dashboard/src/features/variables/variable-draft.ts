import type { SetVariable, VariableView } from '@flotilla/contracts'

/** What is written: nothing yet, a variable that is there, or an own one in place of an inherited one. */
export interface VariableDraft {
  variable?: VariableView
  preset?: Pick<SetVariable, 'name' | 'service' | 'kind' | 'secret'>
}
