import type { Platform, ServiceSpec } from '@flotilla/contracts'

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
}

export interface CurrentState {
  platform: Platform
  containers: CurrentContainer[]
  networks: CurrentNetwork[]
  volumes: CurrentVolume[]
  // repository@digest of images in the engine from repositories that Flotilla's targets used.
  images: string[]
  // repository@digest of images being downloaded now: no second step is planned for them.
  downloading: string[]
  attempts: Record<string, Attempt>
}
