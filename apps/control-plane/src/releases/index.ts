/**
 * Releases: what one commit became. A release never changes once it is built, but for its version's name and whether
 * devices may be told to run it. How it is built is the builds' affair.
 */
export { ReleasesModule } from './releases.module.js'
export { type ReleaseContents, ReleasesService } from './releases.service.js'
export { describeProblem, ProjectError, type ProjectProblem } from './compose/compose-error.js'
export { type ImageSource, type Project, readProject } from './compose/project.js'
export type { EntryKind, SourceTree } from './compose/source-tree.js'
