/*
 * A store in memory, for tests in fast time: nothing in it waits for a disk. What was written outlives the supervisor
 * that wrote it, as a disk does.
 */
import type { StoredLed } from '../host/stored-led.js'
import type { StoredReboots } from '../host/stored-reboots.js'
import type { SettingsAtBoot } from '../host/host-settings.js'
import type { DeviceMemory, Requests, TransferUse } from '@flotilla/reconcile'
import type { StoredBundles } from '../bundles/stored-bundles.js'
import type { StoredUpload } from '../bundles/stored-uploads.js'
import type { StoredCommands } from '../commands/stored-commands.js'
import type { StoredImages } from '../images/stored-images.js'
import type { StoredLocks } from '../locks/stored-locks.js'
import type { StoredDeltas } from '../images/deltas/stored-deltas.js'
import type { Document } from '../ports.js'
import type {
  BootTimes,
  EngineRestarts,
  EventSpool,
  LastGood,
  LogBatchContent,
  LogCursor,
  LogSpool,
  Registration,
  RepairCounts,
  ReportBaseline,
  RunningReleaseIds,
  SpooledEvent,
  SpooledLine,
  Store,
  StoredAttempts,
  StoredIdentity,
  StoredTarget,
} from '../stored.js'

/** Told of the moment before each durable write and of the one after it: "before memory". It may throw. */
export type Moment = (what: string) => void

const nobody: Moment = () => undefined

export class MemoryDocument<T> implements Document<T> {
  writes = 0

  constructor(
    private value?: T,
    private readonly name = 'document',
    private readonly moment: Moment = nobody,
  ) {}

  read(): Promise<T | undefined> {
    return Promise.resolve(structuredClone(this.value))
  }

  /** As when the file is gone. */
  lose(): void {
    this.value = undefined
  }

  async write(value: T): Promise<void> {
    await Promise.resolve()
    this.moment(`before ${this.name}`)
    this.writes++
    this.value = structuredClone(value)
    this.moment(`after ${this.name}`)
  }
}

export class MemoryEventSpool implements EventSpool {
  readonly all: SpooledEvent[] = []
  private stored = 0

  constructor(private readonly moment: Moment = nobody) {}

  async append(event: Omit<SpooledEvent, 'number'>): Promise<void> {
    await Promise.resolve()
    this.moment(`before event ${event.kind}`)
    this.all.push({ ...event, number: this.all.length + 1 })
    this.moment(`after event ${event.kind}`)
  }

  pending(limit: number): SpooledEvent[] {
    return this.all.filter(({ number }) => number > this.stored).slice(0, limit)
  }

  acknowledge(stored: number): Promise<void> {
    this.stored = Math.max(this.stored, stored)
    return Promise.resolve()
  }

  kinds(): string[] {
    return this.all.map(({ kind }) => kind)
  }
}

/** Without the bounds of the one on disk, and durable at once. */
export class MemoryLogSpool implements LogSpool {
  private lines: SpooledLine[] = []
  private last = 0
  private readonly cursors = new Map<string, LogCursor>()

  cursor(containerId: string): LogCursor | undefined {
    return this.cursors.get(containerId)
  }

  append(containerId: string, line: Omit<SpooledLine, 'number'>, cursor: LogCursor): Promise<void> {
    this.lines.push({ ...line, number: ++this.last })
    this.cursors.set(containerId, cursor)
    return Promise.resolve()
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  nextBatch(limit: { lines: number }): LogBatchContent | undefined {
    return this.lines.length > 0 ? { lines: this.lines.slice(0, limit.lines), dropped: 0 } : undefined
  }

  acknowledge(stored: number): Promise<void> {
    return this.discard(stored)
  }

  discard(upTo: number): Promise<void> {
    this.lines = this.lines.filter(({ number }) => number > upTo)
    return Promise.resolve()
  }

  keepCursors(containerIds: readonly string[]): void {
    for (const id of this.cursors.keys()) if (!containerIds.includes(id)) this.cursors.delete(id)
  }
}

/** A whole disk. `moment` may be set later, and is asked at every write from then on. */
export class MemoryStore implements Store {
  moment: Moment = nobody
  readonly identity = this.document<StoredIdentity>('identity')
  readonly registration = this.document<Registration>('registration')
  readonly target = this.document<StoredTarget>('target')
  readonly attempts = this.document<StoredAttempts>('attempts')
  readonly lastGood = this.document<LastGood>('last-good')
  readonly repairs = this.document<RepairCounts>('repairs')
  readonly engineRestarts = this.document<EngineRestarts>('engine-restarts')
  readonly runningReleases = this.document<RunningReleaseIds>('running-releases')
  readonly bootTimes = this.document<BootTimes>('boot-times')
  readonly memory = this.document<DeviceMemory>('memory')
  readonly requests = this.document<Requests>('requests')
  readonly settingsAtBoot = this.document<SettingsAtBoot>('settings-at-boot')
  readonly led = this.document<StoredLed>('led')
  readonly reboots = this.document<StoredReboots>('reboots')
  readonly locks = this.document<StoredLocks>('locks')
  readonly commands = this.document<StoredCommands>('commands')
  readonly tags = this.document<Record<string, string>>('tags')
  readonly transfers = this.document<TransferUse>('transfers')
  readonly takeOvers = this.document<string[]>('take-overs')
  readonly reportBaseline = this.document<ReportBaseline>('report-baseline')
  readonly repositories = this.document<string[]>('repositories')
  readonly images = this.document<StoredImages>('images')
  readonly deltas = this.document<StoredDeltas>('deltas')
  readonly bundles = this.document<StoredBundles>('bundles')
  readonly bundleUploads = this.document<StoredUpload[]>('bundle-uploads')
  readonly events = new MemoryEventSpool((what) => this.moment(what))
  readonly logs = new MemoryLogSpool()

  private document<T>(name: string): MemoryDocument<T> {
    return new MemoryDocument<T>(undefined, name, (what) => this.moment(what))
  }
}

/** Keeps the entries, for tests that look at what was logged; says nothing. */
export function silentLog() {
  const entries: { level: string; message: string; fields?: Record<string, unknown> }[] = []
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void entries.push({ level, message, fields })
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
