/**
 * Releases: what one commit became. A release never changes once it is built, but for its version's name and whether
 * devices may be told to run it. How it is built is the builds' affair.
 */
export { ReleasesModule } from './releases.module.js'
export { type ReleaseContents, ReleasesService } from './releases.service.js'
