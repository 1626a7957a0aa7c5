/**
 * Target and current state in, plan out: pure, without clock, network or Node. It must not know how a step is carried
 * out, nor by which engine.
 */
export type * from './current-state.js'
export type * from './plan.js'
