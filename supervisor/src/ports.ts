import type {
  DeviceCommandBody,
  DeviceCommandResult,
  ImageSourcesRequest,
  ImageSourcesResponse,
  LinkDeviceMessage,
  LinkServerMessage,
  LogBatch,
  LogBatchResponse,
  MetricsSample,
  Platform,
  RegisterRequest,
  RegisterResponse,
  RegistryTokenResponse,
  ReportRequest,
  ReportResponse,
  SignedTarget,
} from '@flotilla/contracts'
import type { CurrentState, Step } from '@flotilla/reconcile'
import type { EngineImage } from './images/ports.js'
import type { SnapshotCloud } from './snapshots/snapshot-cloud.js'

/*
 * What the loops need of the world. Everything behind these interfaces lives in edge/; the loops import nothing else
 * that reaches an engine, a network, a disk or a clock, so each of them runs against a stand-in.
 */

export interface Clock {
  /** Milliseconds since the epoch by the board's clock, which may be years off and jump. */
  now(): number
  /** Milliseconds since the board started, never going back: for durations. */
  monotonic(): number
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** 0 to 1. */
  random(): number
}

/** A moment of one boot of the board, to be dated once the time is known. */
export interface Stamp {
  boot: string
  // By Clock.monotonic().
  monotonicMs: number
}

/** A clock that knows whether it is right. `now` is the true time where that is known, and else what the board says. */
export interface TimeSource extends Clock {
  isKnown(): boolean
  /** What the board's own clock said, or says, as a time of this clock. */
  correct(boardMs: number): number
  /** Of the moment that the board's own clock calls `boardMs`; absent: of now. */
  stamp(boardMs?: number): Stamp
  /** Milliseconds since the epoch: when the last boot began of which that is known; what is unknown was later. */
  floor(): number
  /** Milliseconds since the epoch; undefined: the time was never known in that boot. */
  whenWas(stamp: Stamp): number | undefined
}

export type LogFields = Record<string, unknown>

/** Constant messages, variable fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export interface Host {
  /** What the board is; it does not change while the supervisor runs. */
  board(): {
    platform: Platform
    serialNumber?: string
    deviceType?: string
    memoryBytes?: number
    // Version of Nvidia's Linux for Tegra. Absent: it runs another system.
    l4tVersion?: string
  }
  /** What a report says about it. */
  facts(): { os?: string; kernel?: string; addresses?: string; bootId?: string }
}

/** What can be measured on the board itself; what it does not say is absent. */
export type Reading = Omit<MetricsSample, 'at' | 'cloudRoundTripMs'>

export interface Meter {
  /** The processor's share is of the time since the reading before; the first one has none. */
  read(): Promise<Reading>
}

export type Observation = Pick<CurrentState, 'containers' | 'networks' | 'volumes' | 'images'>

export type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>

export interface PullOptions {
  signal: AbortSignal
  // Bearer token for the registry. Absent: it wants none.
  token?: string
  // Of the image as the registry has it. Absent: unknown.
  sizeBytes?: number
  // Compressed; those done only grow, and are all of them only when the image is there.
  onBytes?: (doneBytes: number, neededBytes: number) => void
}

/** A path of the board in a container. */
export interface HostBind {
  source: string
  target: string
  readOnly?: boolean
  // Left out where the board has no such path. Absent: the container is then refused.
  isOptional?: boolean
}

/**
 * What a container finds around it on this board. It is decided when the container is made and is no part of its spec:
 * a change of it is no reason to make the container anew.
 */
export interface Surroundings {
  // What the spec's own environment names stays as it is there.
  environment: Record<string, string>
  binds: HostBind[]
  // It needs a GPU of the board's.
  gpu?: boolean
}

/** One message of a container's log as the engine keeps it; a long line comes in several. */
export interface LogFrame {
  // The engine's time, RFC 3339 with nanoseconds; the frames of one line share it.
  at: string
  stream: 'stdout' | 'stderr'
  content: Buffer
  // False: the line goes on in the next frame of this stream.
  endsLine: boolean
}

/**
 * A container engine, as one device sees it. Every call may be repeated: what is already so counts as done. It
 * throws TerminalError for what the engine will refuse however often it is asked, and SpoiledError for what a power cut
 * has spoiled.
 */
export interface Engine {
  /** What carries this device's labels, and the images of these repositories. Writes nothing. */
  observe(repositories: readonly string[]): Promise<Observation>
  version(): Promise<string>
  /** All that can be used, whosever they are. */
  images(): Promise<EngineImage[]>
  /** Pulls by digest, from the registry that the reference names; what has come is synced and can be used. */
  pullFrom(reference: string, options: PullOptions): Promise<void>
  /** Gives an image that the engine has under another name the name repository@digest, beside those that it has. */
  nameImage(name: string, image: string): Promise<void>
  /** Takes this name from an image, which goes with its last one. */
  removeName(name: string): Promise<void>
  /** By all names that it may have here. */
  removeImage(image: string): Promise<void>
  /**
   * Removes a spoiled image with the containers of it that do not run, whatever state they are in; `alsoSharing`: and
   * those of images that have layers in common with it, since a layer that another image needs stays.
   */
  discardImage(image: string, options: { alsoSharing: boolean }): Promise<void>
  createNetwork(step: StepOf<'create-network'>): Promise<void>
  removeNetwork(id: string): Promise<void>
  createVolume(step: StepOf<'create-volume'>): Promise<void>
  createContainer(step: StepOf<'create-container'>, surroundings?: Surroundings): Promise<void>
  startContainer(id: string): Promise<void>
  stopContainer(id: string, graceMs: number): Promise<void>
  /** It is about to be restarted itself: what ends with it has not ended by itself. */
  noteRestart(): void
  removeContainer(id: string): Promise<void>
  /** Yields whenever something of this device may have changed; ends or throws when the engine goes away. */
  changes(signal: AbortSignal): AsyncIterable<void>
  removeVolume(name: string): Promise<void>
  /** Where the volume's files are on this machine's disk. */
  volumePath(name: string): Promise<string>
  /** The folder on this machine's disk in which the engine keeps all it has. */
  dataFolder(): Promise<string>
  /** Whether there is such a file in the container's file system, running or not. */
  hasFile(containerId: string, path: string): Promise<boolean>
  /** When it was last changed, in milliseconds since the epoch by the board's clock; undefined: there is none. */
  fileTime(containerId: string, path: string): Promise<number | undefined>
  /** What tells why a service fails. */
  evidence(containerId: string, lines: number): Promise<ContainerEvidence>
  /** Which registries it speaks to without checking who they are, by its own settings. */
  registryRules(): Promise<RegistryRules>
  /** Under which containers on bridges reach this machine, IPv4. Absent: they do not. */
  hostAddress(): Promise<string | undefined>
  /** The log from `since` (a frame's `at`, inclusive) on, until the container stops. */
  readLogs(containerId: string, options: { since?: string; signal: AbortSignal }): AsyncIterable<LogFrame>
}

export interface RegistryRules {
  // host[:port], as in an image's name.
  insecureHosts: string[]
  // As 10.0.0.0/8: all hosts with an address in one of them.
  insecureNetworks: string[]
}

export interface ContainerEvidence {
  exitCode?: number
  oomKilled?: boolean
  // What its health check printed last.
  healthOutput?: string
  // The end of its log, one line each, oldest first.
  lastLines: string[]
}

export interface TargetAnswer {
  // Absent: what the device has (by its ETag) is current.
  changed?: { signed: SignedTarget; etag?: string }
  // When to ask again, where the server said so.
  nextPollMs?: number
}

/** What somebody asks of this device over the control plane. */
export interface WaitingCommand {
  id: string
  // Absent: of a kind that only newer supervisors know.
  body?: DeviceCommandBody
  // By the server's clock, since a board's own may be years off. Not above zero: nobody wants it any more.
  expiresInMs: number
}

/** The control plane. Every call may throw CloudError. */
export interface Cloud {
  /** Speaks to the server once, if only to learn the time from it. */
  greet(): Promise<void>
  register(request: RegisterRequest): Promise<RegisterResponse>
  fetchTarget(etag: string | undefined): Promise<TargetAnswer>
  sendReport(report: ReportRequest): Promise<ReportResponse>
  sendLogs(batch: LogBatch): Promise<LogBatchResponse>
  registryToken(): Promise<RegistryTokenResponse>
  /** Cheaper ways to an image than its layers, for a device that has those. */
  imageSources(request: ImageSourcesRequest): Promise<ImageSourcesResponse>
  /** The oldest first. They stay there until their results are. */
  fetchCommands(): Promise<WaitingCommand[]>
  sendCommandResult(result: DeviceCommandResult): Promise<void>
  /** A file of the server's, from this byte on; it gives all of it (offset 0) where the server cannot do that. */
  download(path: string, from: number, signal: AbortSignal): AsyncIterable<FilePiece>
  readonly snapshots: SnapshotCloud
  /** Resolves once connected; rejects with CloudError where that fails. */
  openLink(listener: LinkListener, signal: AbortSignal): Promise<LinkSocket>
}

export interface FilePiece {
  offset: number
  bytes: Uint8Array
}

export interface LinkListener {
  onMessage: (message: LinkServerMessage) => void
  onClose: (reason: string) => void
}

export interface LinkSocket {
  send(message: LinkDeviceMessage): void
  close(): void
}

/** One value on disk. A value that cannot be read is set aside and counts as absent. */
export interface Document<T> {
  read(): Promise<T | undefined>
  /** Durable when it resolves; a power cut leaves the old or the new value, never a mixture. */
  write(value: T): Promise<void>
}

/** The versions of the supervisor on this board, named after version and digest, and which of them runs. */
export interface SupervisorVersions {
  /** The one that runs, where it has yet to prove itself. */
  onTrial(): Promise<string | undefined>
  /** The one that ran before. */
  former(): Promise<string | undefined>
  /** The one that was returned from last. */
  returned(): Promise<{ name: string; reason: string; isTold: boolean } | undefined>
  noteTold(): Promise<void>
  forgetReturned(): Promise<void>
  has(name: string, digest: string): Promise<boolean>
  /** Bytes of a download that was cut. */
  partBytes(name: string): Promise<number>
  writePart(name: string, offset: number, bytes: Uint8Array): Promise<void>
  /** Checks the digest and makes it durable; throws away what is something else. */
  finishPart(name: string, digest: string): Promise<void>
  /** The version that it says it is, or what it says instead. */
  ask(name: string): Promise<string>
  /** From the next start on it is the one that runs, on trial. */
  switchTo(name: string): Promise<void>
  /** Starts that failed count no longer. */
  forgiveFailures(): Promise<void>
  /** The trial is over; all but it and the former one may go. */
  prove(): Promise<void>
}
