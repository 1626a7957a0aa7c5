import type { Json } from '@flotilla/contracts'
import type { BundleRefusal, BundleWay } from './bundles/ports.js'
import { Listeners } from './listeners.js'
import type { Logger, TimeSource } from './ports.js'
import type { EventSpool } from './stored.js'
import type { TargetRefusal } from './target/verify-target.js'

/** Every kind of event that a supervisor records, with what its detail says. The history keeps them for ever. */
export interface DeviceEvents {
  'supervisor-started': { version: string; bootId?: string }
  registered: { deviceId: string; deviceName: string; fleetId: string }
  // What the board was is not on its disk any more: it is another one now, and leaves what the former one made alone.
  'identity-lost': { formerDeviceId: string; containers?: number }
  'target-accepted': { generation: number; releases: { appId: string; releaseId: string; version: string }[] }
  // The device goes on with the target that it has.
  'target-refused': { code: TargetRefusal; reason: string; generation?: number }
  // A step that changed something in the engine.
  'step-done': StepFacts & { seconds: number }
  'step-failed': StepFacts & { error: string; count: number; isFinal: boolean }
  // A new supervisor has proven itself; `former` is the folder of the one before.
  'supervisor-replaced': { version: string; former?: string }
  // `version` runs again; `name` is the folder of the one that was given up.
  'supervisor-returned': { version: string; name: string; reason: string }
  // An update begins to wait for a lock, a window, space or the time.
  'held-up': { appId?: string; service?: string; for: string; reason: string }
  // Something in the engine's store was spoiled, and is fetched or made again.
  'image-repaired': { image: string; appId: string; service: string; error: string; count: number }
  'container-repaired': { name: string; appId: string; service: string; error: string; count: number }
  // The image came by another way. `delta` and `from` are digests, of the delta and of the image it was applied to.
  'delta-failed': { image: string; delta: string; from: string; error: string }
  // The board runs what a bundle brought: the target in force, of at least this generation, with this release.
  // `createdAt`: when it was made, by the control plane's clock.
  'bundle-applied': {
    name: string
    way: BundleWay
    releaseId: string
    release: string
    generation: number
    createdAt: string
  }
  // One that is no good, or not for this board as it is now; each is told of once.
  'bundle-refused': { name: string; way: BundleWay; code: BundleRefusal; reason: string }
  // All services of the release run as it wants them, for the first time since they did not.
  // By hand or by schedule; those of updates are steps.
  'snapshot-taken': { snapshotId: string; volume: string; cause: string; method: string; bytes: number }
  // Somebody may ask for it again.
  'snapshot-upload-failed': { snapshotId: string; error: string }
  'release-running': { appId: string; releaseId: string; version: string }
  // Another release (or the same one with other variables) is on its way to being confirmed.
  'trial-started': { appId: string; releaseId: string; version: string }
  // What becomes of it: well for its whole confirm time; given up, with the reason and what was seen of each service;
  // failed where there is no release to return to; and the former one runs again.
  'release-confirmed': Record<string, Json>
  'release-rejected': Record<string, Json>
  'release-failing': Record<string, Json>
  'rolled-back': Record<string, Json>
  'restore-given-up': Record<string, Json>
  // The board itself is about to be restarted or shut down.
  'board-ends': { kind: 'reboot' | 'shutdown'; reason: string }
}

export interface StepFacts {
  step: string
  appId?: string
  service?: string
  services?: string[]
  image?: string
  // Name in the engine.
  name?: string
  reason?: string
}

export class EventRecorder {
  readonly recorded = new Listeners()
  /** What the listeners are being told of. */
  latest?: { at: string; kind: string; detail: Record<string, Json> }

  constructor(
    private readonly spool: EventSpool,
    private readonly clock: TimeSource,
    private readonly log: Logger,
  ) {}

  /** Durable when it resolves. A disk that takes no more must not stop the loops: what cannot be kept is only logged. */
  async record<Kind extends keyof DeviceEvents>(kind: Kind, detail: DeviceEvents[Kind]): Promise<void> {
    this.log.info('event', { kind, ...detail })
    try {
      const at = new Date(this.clock.now()).toISOString()
      const event = { at, kind, detail: JSON.parse(JSON.stringify(detail)) as Record<string, Json> }
      this.latest = event
      await this.spool.append(this.clock.isKnown() ? event : { ...event, stamp: this.clock.stamp() })
    } catch (error) {
      this.log.error('event could not be kept', { kind, error })
    }
    this.recorded.notify()
  }
}
