import { Who1763700000000 } from './1763700000000-who.js'
import { FleetsAndDevices1763700001000 } from './1763700001000-fleets-and-devices.js'
import { ReleasesAndBuilds1763700002000 } from './1763700002000-releases-and-builds.js'

/** In the order in which they run; one that was merged is never edited. */
export const migrations = [Who1763700000000, FleetsAndDevices1763700001000, ReleasesAndBuilds1763700002000]
