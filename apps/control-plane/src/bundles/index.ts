/**
 * Bundles: the targets and images of a release for boards that the cloud does not reach, as one signed file that
 * somebody carries to them. Which release a board is to run is decided elsewhere; here it is only put in writing.
 */
export { BundlesModule } from './bundles.module.js'
