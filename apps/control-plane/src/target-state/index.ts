/**
 * What each device should run: its fleet's release or its own pin, the images for its board and the variables that
 * reach it, as one signed document with a generation. Reads what others own and keeps nothing.
 */
export { TargetSigner } from './target-signer.service.js'
export { type MadeTarget, Targets } from './targets.service.js'
export { TargetStateModule } from './target-state.module.js'
