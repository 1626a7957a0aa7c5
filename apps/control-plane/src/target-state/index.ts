/**
 * What each device should run: its fleet's release or its own pin, the images for its board and the variables that
 * reach it, as one signed document with a generation. Reads what others own and keeps nothing.
 */
export { TargetStateModule } from './target-state.module.js'
