import type { DeviceState, MetricsSample, SnapshotState } from '@flotilla/contracts'
import type { BundleIntake } from './bundles/ports.js'
import type { EventRecorder } from './events.js'
import type { Executor } from './execute/executor.js'
import type { Sources } from './execute/sources.js'
import type { AddedToSteps, HandledKind, StepHandlers } from './execute/step-handlers.js'
import type { Journal } from './host/journal.js'
import type { Identity } from './identity.js'
import type { Listeners } from './listeners.js'
import type { MemoryKeeper } from './memory-keeper.js'
import type { Cloud, Engine, Host, Logger } from './ports.js'
import type { RequestsKeeper } from './requests-keeper.js'
import type { StatusBoard } from './status-board.js'
import type { Registration, Store } from './stored.js'
import type { TargetKeeper } from './target/target-keeper.js'
import type { TimeKeeper } from './time/time-keeper.js'

/*
 * The core makes the engine run the target. Whatever else a device does (its local API, its host, snapshots, replacing
 * the supervisor) is a part: made once the device is known, given the core, and asked for what it adds.
 */

/** What parts may use of the core. */
export interface Core {
  identity: Identity
  registration: Registration
  cloud: Cloud
  engine: Engine
  host: Host
  store: Store
  memory: MemoryKeeper
  requests: RequestsKeeper
  targets: TargetKeeper
  board: StatusBoard
  events: EventRecorder
  // The true time where it is known.
  clock: TimeKeeper
  log: Logger
  executor: Executor
  // Of all parts, once all of them are made.
  offers: Offers
  /** Whether some part carries out such steps on this board. */
  canDo(kind: HandledKind): boolean
  /** The server may have commands: it said so, the link has come up (again), or the target was polled. */
  commandsWaiting: Listeners
  /** Notified, the apply loop looks again. */
  lookWanted: Listeners
  /** Notified, the server is asked for the target now. */
  pollWanted: Listeners
  /** The server has stored a report. */
  reported: Listeners
}

export type Loop = (end: AbortSignal) => Promise<void>

/** What a part adds; each member where it has something. */
export interface Part {
  // Steps that are not the engine's. One part per kind.
  steps?: StepHandlers
  // What the planner is to know. One part per source.
  sources?: Sources
  report?: ReportSources
  offers?: Offers
  // One part at most.
  surroundings?: AddedToSteps['surroundings']
  // One part at most.
  beforeCreate?: AddedToSteps['beforeCreate']
  // One part at most.
  pullImage?: AddedToSteps['pullImage']
  // Run beside the core's, until the signal aborts. One that rejects ends the supervisor, so that it starts anew.
  loops?: Loop[]
}

/** What a part can do or tell for those who ask this device: the local API, and commands from the control plane. */
export interface Offers {
  snapshots?: SnapshotDeeds
  latestMetrics?: () => MetricsSample | undefined
  /** On the disk, of images that are on their way to the engine. */
  bytesUnderWay?: () => number
  bundles?: BundleIntake
  // Absent: it is not the supervisor's to read.
  journal?: Journal
  /** Has the board's activity light blink for a while; false: it has none. Absent: as false. */
  blink?: () => Promise<boolean>
}

/** Each rejects, with a sentence for people, where it cannot be done; ids and volumes are of this app, or refused. */
export interface SnapshotDeeds {
  list(appId: string): Record<string, SnapshotState>
  /** Of this volume (a key of the app's), or of each that is marked for snapshots; gives their ids. */
  create(appId: string, volume: string | undefined): Promise<string[]>
  restore(appId: string, snapshotId: string): Promise<void>
  upload(appId: string, snapshotId: string): Promise<void>
  remove(appId: string, snapshotId: string): Promise<void>
}

export type MakePart = (core: Core) => Part | Promise<Part>

/** What a part says of the device in reports. Called often: it answers at once, and the same while nothing changed. */
export interface ReportSources {
  host?: () => NonNullable<DeviceState['host']>
  // By app id.
  snapshots?: () => Record<string, NonNullable<DeviceState['apps'][string]['snapshots']>>
  transfers?: () => DeviceState['transfers']
  metrics?: MetricsQueue
  tags?: () => NonNullable<DeviceState['tags']>
}

/** Samples wait here until the server has them, and travel with the next report. */
export interface MetricsQueue {
  // They have waited long enough: worth a report of their own.
  isDue(): boolean
  // The oldest.
  pending(limit: number): MetricsSample[]
  acknowledge(sent: readonly MetricsSample[]): Promise<void>
}
