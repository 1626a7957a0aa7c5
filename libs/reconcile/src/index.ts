/**
 * Target and current state in, plan out: pure, without clock, network or Node. It must not know how a step is carried
 * out, nor by which engine.
 */
export type * from './current-state.js'
export type * from './memory.js'
export type * from './plan.js'
export { appStates } from './app-states.js'
export { containerSpec, specHash, type ContainerSpecInput } from './container-spec.js'
export { describePlan, planActivity } from './describe-plan.js'
export { describeStep } from './describe-step.js'
export { containerName, networkName, volumeName } from './engine-names.js'
export { fingerprint } from './fingerprint.js'
export { imageReference } from './images.js'
export { handoverTimeoutMs, isStoppedFirst, labelOf, strategyOf, type Strategy } from './labels.js'
export { planNextSteps } from './plan-next-steps.js'
export { isSettled } from './plans.js'
export { LONGEST_BACK_OFF_MS } from './rules/back-off.js'
export type { AppStatesInput } from './service-state.js'
export { stepKey } from './step-key.js'
export { isOpen, nextOpening } from './windows/update-windows.js'
