import type { NetworkSpec, TargetService, TargetSupervisor, VolumeSpec } from '@flotilla/contracts'

/** Everything that makes a container what it is. Equal specs have equal fingerprints, so it is recreated only if it must. */
export interface ContainerSpec {
  appId: string
  service: string
  // repository@digest
  image: string
  // The service with defaults and Flotilla's own environment filled in; dependsOn and release facts left out.
  config: Omit<TargetService, 'image' | 'dependsOn'>
  // Key in config.networks → name in the engine. Empty with a networkMode.
  networkNames: Record<string, string>
  // Key in the app's volumes → name in the engine.
  volumeNames: Record<string, string>
  // Services whose network, ipc or pid namespace it joins (`service:<name>` in config) → id of their container. Being
  // part of the spec, it makes the container go when the one that it leans on is made anew.
  joins?: Record<string, string>
  // Dependencies with `restart: true` → id of their container, for the same reason.
  restartsWith?: Record<string, string>
}

/** One thing to do now. Steps of one plan are independent of each other and idempotent; each survives JSON.stringify. */
export type Step =
  | {
      kind: 'pull-image'
      image: string
      appId: string
      services: string[]
      sizeBytes?: number
      // Of the image's config: what it must turn out to be, whatever way it comes. Absent: the manifest's digest says it.
      configDigest?: string
    }
  | { kind: 'create-network'; appId: string; key: string; name: string; spec: NetworkSpec; specHash: string }
  | { kind: 'remove-network'; appId: string; id: string; name: string }
  | { kind: 'create-volume'; appId: string; key: string; name: string; spec: VolumeSpec }
  | {
      kind: 'create-container'
      appId: string
      service: string
      name: string
      spec: ContainerSpec
      specHash: string
      // For the label io.flotilla.depends-on; not in the spec, since a changed order is no reason to restart.
      dependsOn: string[]
      reason: string
    }
  | { kind: 'start-container'; appId: string; service: string; id: string; name: string; reason: string }
  | {
      kind: 'stop-container'
      appId: string
      service: string
      id: string
      name: string
      graceMs: number
      reason: string
    }
  | { kind: 'remove-container'; appId: string; service: string; id: string; name: string; reason: string }
  | { kind: 'remove-image'; image: string }
  // Empties it (a purge) or clears it away; reason says which.
  | { kind: 'remove-volume'; appId: string; key: string; name: string; reason: string }
  // Everything is there and nobody objects: remember it, so that what is begun is finished.
  | { kind: 'begin-switch'; appId: string; fingerprint: string; version: string }
  | {
      kind: 'snapshot-volume'
      appId: string
      key: string
      name: string
      snapshotId: string
      fingerprint: string
      maxBytes: number
    }
  | { kind: 'restore-volume'; appId: string; key: string; name: string; snapshotId: string; fingerprint: string }
  | { kind: 'remove-snapshot'; appId: string; snapshotId: string }
  // Values by name without HOST_CONFIG_; what is not named is left as it is, null is taken out.
  | { kind: 'write-host-config'; changes: Record<string, string | null>; reason: string }
  | { kind: 'set-hostname'; hostname: string }
  | { kind: 'replace-supervisor'; supervisor: TargetSupervisor; by: 'bundle' | 'image' }
  // With all that runs on it: nothing else frees what it holds for nobody.
  | { kind: 'restart-engine'; reason: string }
  | { kind: 'reboot'; reason: string }
  | { kind: 'shutdown'; reason: string }

/** Something the plan cannot do yet: what, for what it waits, and until when where that is known. */
export interface Wait {
  // The service or app concerned, for people.
  subject: string
  appId?: string
  service?: string
  for:
    | 'image'
    | 'dependency-started'
    | 'dependency-healthy'
    | 'dependency-completed'
    | 'back-off'
    | 'stop'
    | 'in-use'
    | 'download-window'
    | 'switch-window'
    | 'lock'
    | 'clock'
    | 'space'
    | 'budget'
    | 'delta'
    | 'take-over'
    | 'confirmation'
    | 'snapshot'
    | 'target-change'
  // One sentence: "web waits for db to be healthy."
  reason: string
  // Milliseconds since the epoch.
  until?: number
  // What went wrong the last time, where that is why it waits.
  error?: string
  // Only something left over waits to be cleared away: the target itself runs as it should.
  housekeeping?: boolean
}

export interface Plan {
  steps: Step[]
  waits: Wait[]
}
