/**
 * Releases: what one commit became. A release never changes once it is built, but for its version's name and whether
 * devices may be told to run it. How it is built is the builds' affair; what may be built is read here (compose/).
 */
export { describeProblem, ProjectError, type ProjectProblem } from './compose/compose-error.js'
export { type ImageSource, type Project, readProject } from './compose/project.js'
export type { EntryKind, SourceTree } from './compose/source-tree.js'
export { type Completion, type NewRelease, ReleaseMaking } from './release-making.service.js'
export { ReleaseWrites } from './release-writes.service.js'
export { ReleasesModule } from './releases.module.js'
export { type ReleaseContents, ReleasesService, type ReleaseSummary } from './releases.service.js'
