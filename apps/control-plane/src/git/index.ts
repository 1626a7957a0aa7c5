/**
 * The git remotes of fleets. Git itself speaks with git; what is done here is to say who may, to look at what is pushed
 * before it is kept, and to stay with the build until it is over.
 */
export { GitModule } from './git.module.js'
export { LeftoversModule } from './leftovers.module.js'
export { Leftovers } from './leftovers.service.js'
