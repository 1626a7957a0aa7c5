/**
 * Target and current state in, plan out: pure, without clock, network or Node. It must not know how a step is carried
 * out, nor by which engine.
 */
export type * from './current-state.js'
export type * from './plan.js'
export { appStates, type AppStatesInput } from './app-states.js'
export { describePlan, planActivity } from './describe-plan.js'
export { containerName, networkName, volumeName } from './engine-names.js'
export { imageReference } from './images.js'
export { isSettled, planNextSteps } from './plan-next-steps.js'
export { stepKey } from './step-key.js'
