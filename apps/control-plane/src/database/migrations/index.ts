import { Who1763700000000 } from './1763700000000-who.js'
import { FleetsAndDevices1763700001000 } from './1763700001000-fleets-and-devices.js'
import { ReleasesAndBuilds1763700002000 } from './1763700002000-releases-and-builds.js'
import { LoginAttempts1763700003000 } from './1763700003000-login-attempts.js'
import { DeviceTraffic1763700004000 } from './1763700004000-device-traffic.js'
import { BuildLeases1763700005000 } from './1763700005000-build-leases.js'
import { DeviceCommands1763700006000 } from './1763700006000-device-commands.js'
import { UpdatePolicies1763700007000 } from './1763700007000-update-policies.js'
import { UploadedSnapshots1763700007500 } from './1763700007500-uploaded-snapshots.js'
import { Verdicts1763700008000 } from './1763700008000-verdicts.js'
import { DeviceMetrics1763700009000 } from './1763700009000-device-metrics.js'
import { ImageLayers1763700010000 } from './1763700010000-image-layers.js'
import { ImageDeltas1763700010500 } from './1763700010500-image-deltas.js'
import { CommitTimes1763700010700 } from './1763700010700-commit-times.js'
import { NeighbourKeys1763700011000 } from './1763700011000-neighbour-keys.js'
import { RefusedTargets1763700012000 } from './1763700012000-refused-targets.js'
import { HistoryRetention1763700013000 } from './1763700013000-history-retention.js'
import { StatesInShort1763700014000 } from './1763700014000-states-in-short.js'

/** In the order in which they run; one that was merged is never edited. */
export const migrations = [
  Who1763700000000,
  FleetsAndDevices1763700001000,
  ReleasesAndBuilds1763700002000,
  LoginAttempts1763700003000,
  DeviceTraffic1763700004000,
  BuildLeases1763700005000,
  DeviceCommands1763700006000,
  UpdatePolicies1763700007000,
  UploadedSnapshots1763700007500,
  Verdicts1763700008000,
  DeviceMetrics1763700009000,
  ImageLayers1763700010000,
  ImageDeltas1763700010500,
  CommitTimes1763700010700,
  NeighbourKeys1763700011000,
  RefusedTargets1763700012000,
  HistoryRetention1763700013000,
  StatesInShort1763700014000,
]
