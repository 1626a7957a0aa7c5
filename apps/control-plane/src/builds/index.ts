/**
 * Builds: the jobs that make releases. Who has one is a lease in Postgres; the queue only hands out work and may be lost.
 * What is built was read before (releases); how it is built is the builder's affair, which knows nothing of this.
 */
export { BuildFeed, type BuildNews } from './build-feed.service.js'
export { type Submission, type Submitted } from './build-submissions.service.js'
export { BuildUpkeep } from './build-upkeep.service.js'
export { BuildsModule } from './builds.module.js'
export { type OpenBuild } from './builds.repository.js'
export { BuildsService } from './builds.service.js'
export { SourceArchives } from './source-archives.js'
