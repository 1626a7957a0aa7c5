/**
 * The versions of the supervisor that this control plane can give to boards: the one that it was built with, and those
 * that it was built with before. Which of them a device should run is a config variable, FLOTILLA_SUPERVISOR_VERSION.
 */
export { SupervisorReleasesModule } from './supervisor-releases.module.js'
export { type SupervisorRelease, SupervisorReleases } from './supervisor-releases.service.js'
