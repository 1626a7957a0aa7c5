import type { Platform, ServiceSpec } from '@flotilla/contracts'
import type { DeviceMemory, Watch } from './memory.js'

/*
 * What the supervisor saw when it last looked. It holds only what carries this device's labels: what Flotilla did not
 * create is never in here, so no plan can touch it.
 */

export interface CurrentContainer {
  id: string
  name: string
  appId: string
  service: string
  // Label io.flotilla.spec-hash: fingerprint of the ContainerSpec it was created from.
  specHash: string
  status: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' | 'removing'
  exitCode?: number
  // Absent where the container has no health check.
  health?: 'starting' | 'healthy' | 'unhealthy'
  // Milliseconds since the epoch by the engine's clock; absent where it never started.
  startedAt?: number
  finishedAt?: number
  // Engine names of the networks and volumes that it holds.
  networks: string[]
  volumes: string[]
  // repository@digest that it was created from (label io.flotilla.image).
  image: string
  // What the engine restarts it by. Absent: unknown; the target's policy for the service counts, if there is one.
  restart?: ServiceSpec['restart']
  // How often the engine has restarted it since it was last started on purpose.
  restartCount?: number
  // How long it may take to stop, as it was created with.
  stopGraceMs?: number
  // Services that it depended on in its release (label io.flotilla.depends-on): the order to stop in when the release
  // that said so is no longer known.
  dependsOn?: string[]
  // The kernel ended it, or one of its processes, for want of memory, since it was last started.
  oomKilled?: boolean
  // It has said, by its marker file or over the local API, that its predecessor may go. Absent: it has not.
  hasTakenOver?: boolean
}

export interface CurrentNetwork {
  id: string
  // Name in the engine.
  name: string
  appId: string
  // Key in the app's networks.
  key: string
  // Label io.flotilla.spec-hash.
  specHash: string
  // Ids of every container attached, foreign ones too.
  attached: string[]
}

export interface CurrentVolume {
  // Name in the engine.
  name: string
  appId: string
  key: string
}

/** Step keys (stepKey()) that failed, with the time before which they are not tried again. Kept on disk. */
export interface Attempt {
  count: number
  // Milliseconds since the epoch.
  nextAt: number
  error: string
  // It would fail for ever: it is not tried again until the target changes. Absent: it may do better the next time.
  isFinal?: boolean
  // How often in a row, the last time included, the engine alone was to blame: it holds something for nobody, and lets
  // go of it only when it is restarted. Absent: not the last time.
  engineFaults?: number
}

/** Somebody inside an app asks that a service be left alone. */
export interface Lock {
  appId: string
  service: string
  // file: a lock file in the container; api: taken over the local API.
  by: 'file' | 'api'
  // What the app said that it is busy with.
  reason?: string
  // Milliseconds since the epoch. Absent: for as long as the file is there.
  until?: number
}

/** What people and apps asked of this device and is still to be done. On disk: a power cut forgets none. */
export interface Requests {
  // serviceKey()s of services that are to stay stopped until they are started by hand or the target's app changes.
  stopped: string[]
  // Names in the engine of volumes that are to be emptied.
  purge: string[]
  power?: { kind: 'reboot' | 'shutdown'; force: boolean; reason: string }
  // Apps whose target is to be switched to now, whatever windows and locks say: app id → fingerprint of the app.
  forced: Record<string, string>
}

/** The board itself, as far as the target has a say in it. */
export interface HostState {
  // HOST_CONFIG_* as they stand on the disk, by name without the prefix; absent: this host has no config.txt.
  config?: Record<string, string>
  hostname?: string
  bootId: string
  // What was changed on the disk in this boot takes effect with the next; or a service asks for it.
  needsReboot: boolean
  // Services of which a container was made in this boot, and which ask for a restart after that. Absent: none.
  rebootFor?: string[]
  // The version that runs, and how it can be replaced; absent: it cannot.
  supervisor?: { version: string; replaceableBy?: 'bundle' | 'image' }
}

/** What a board is and has, and how its versions are compared with what services ask for. */
export interface BoardContract {
  // In the words of balena's contracts: `hw.device-type` → `raspberrypi4-64`.
  has: Record<string, string>
  // Whether a version is in a range of versions; undefined: one of the two is none. Pure: equal questions, equal answers.
  isInRange: (version: string, range: string) => boolean | undefined
}

export interface CurrentState {
  platform: Platform
  // Absent: unknown, and nothing that services require of their board is looked at.
  contract?: BoardContract
  containers: CurrentContainer[]
  networks: CurrentNetwork[]
  volumes: CurrentVolume[]
  // repository@digest of images in the engine from repositories that Flotilla's targets used.
  images: string[]
  // repository@digest of images being downloaded now: no second step is planned for them.
  downloading: string[]
  attempts: Record<string, Attempt>
  // By app id. Absent: nothing is remembered of any app.
  memory?: DeviceMemory
  // By app id: what was seen of running trials since the supervisor started.
  watches?: Record<string, Watch>
  locks?: Lock[]
  requests?: Requests
  // Of the file system that holds the engine's data; absent: unknown.
  disk?: { freeBytes: number }
  // What the transfer policy lets it download now, and when (milliseconds since the epoch) that grows; absent: no limit.
  allowance?: { remainingBytes: number; resetsAt: number; reason: string }
  // By image (repository@digest): a delta for it is being made, and this is for how long the download waits for that.
  awaitedDeltas?: Record<string, { until: number }>
  // repository@digest of images that cost nothing to fetch: a bundle that is there has them. Absent: none.
  atHand?: string[]
  // The device's time zone, IANA; false: the board does not know the time.
  localTime?: { timeZone: string } | false
  host?: HostState
  // Absent: it cannot be restarted from here, or has been often enough in this boot.
  canRestartEngine?: boolean
}
