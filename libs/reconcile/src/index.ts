/**
 * Target and current state in, plan out: pure, without clock, network or Node. It must not know how a step is carried
 * out, nor by which engine.
 */
export type * from './current-state.js'
export type * from './memory.js'
export type * from './plan.js'
export { fitTarget } from './requirements/fit.js'
export { appStates } from './app-states.js'
export { containerSpec, specHash, type ContainerSpecInput } from './container-spec.js'
export { describePlan, planActivity } from './describe-plan.js'
export { describeStep } from './describe-step.js'
export { containerName, networkName, volumeName } from './engine-names.js'
export { fingerprint } from './fingerprint.js'
export { imageReference } from './images.js'
export { handoverTimeoutMs, isStoppedFirst, labelOf, requiresReboot, strategyOf, type Strategy } from './labels.js'
export { leftOverVolumes } from './left-over-volumes.js'
export { planNextSteps } from './plan-next-steps.js'
export { planWithoutTarget } from './plan-without-target.js'
export { isSettled } from './plans.js'
export { LONGEST_BACK_OFF_MS } from './rules/back-off.js'
export type { AppStatesInput, DownloadState } from './service-state.js'
export { AppMemorySchema, DeviceMemorySchema } from './memory.js'
export { stepKey } from './step-key.js'
export { advance, type Advance } from './trial/advance.js'
export { appFingerprint } from './trial/app-fingerprint.js'
export { effectiveTarget, trialOf } from './trial/effective-target.js'
export { noteConfirmed, noteRestored, noteSnapshot, noteSnapshotRemoved, noteStart, permit } from './trial/notes.js'
export { reject, type Evidence } from './trial/reject.js'
export { serviceKey } from './view/containers.js'
export {
  allowanceOf,
  isCapped,
  isCounted,
  NO_USE,
  useAt,
  type TransferMoment,
  type TransferUse,
} from './transfers/allowance.js'
export { isOpen, nextOpening } from './windows/update-windows.js'
