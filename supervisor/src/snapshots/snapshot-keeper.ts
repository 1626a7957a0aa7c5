import type { SnapshotState } from '@flotilla/contracts'
import { Listeners } from '../listeners.js'
import type { Engine } from '../ports.js'
import type { SnapshotDisk, SnapshotLimits, SnapshotNotes, SnapshotOrder, StoredSnapshot } from './snapshot-disk.js'

/**
 * The snapshots of this device. It lets one thing happen at a time, and nothing before the disk was looked through
 * after a start: what a power cut left half done is mended first.
 */
export class SnapshotKeeper {
  readonly changed = new Listeners()
  private known: readonly StoredSnapshot[] = []
  private readonly restored = new Map<string, number>()
  private wasRecovered = false
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly disk: SnapshotDisk,
    private readonly engine: Pick<Engine, 'observe' | 'volumePath'>,
  ) {}

  get isOpen(): boolean {
    return this.wasRecovered
  }

  /** Oldest first; none before open() has come to its end. */
  get all(): readonly StoredSnapshot[] {
    return this.known
  }

  find(id: string): StoredSnapshot | undefined {
    return this.known.find((snapshot) => snapshot.id === id)
  }

  /** Throws while the engine or its files are out of reach; every other call tries it again. */
  open(): Promise<void> {
    return this.inTurn(() => Promise.resolve())
  }

  create(order: SnapshotOrder, limits: SnapshotLimits): Promise<StoredSnapshot> {
    return this.inTurn(async () => this.disk.create(order, await this.engine.volumePath(order.volumeName), limits))
  }

  restore(id: string, volumeName: string): Promise<void> {
    return this.inTurn(async () => {
      await this.disk.restore(id, await this.engine.volumePath(volumeName))
      this.restored.set(id, this.timesRestored(id) + 1)
    })
  }

  /** Since the start. */
  timesRestored(id: string): number {
    return this.restored.get(id) ?? 0
  }

  /** What takes its time to come, from somewhere else: nothing waits for it. */
  async add(come: () => Promise<StoredSnapshot>): Promise<StoredSnapshot> {
    await this.open()
    const snapshot = await come()
    await this.open()
    return snapshot
  }

  remove(id: string): Promise<void> {
    return this.inTurn(() => this.disk.remove(id))
  }

  note(id: string, notes: SnapshotNotes): Promise<void> {
    return this.inTurn(() => this.disk.note(id, notes))
  }

  /** By app and id, for reports. */
  states(): Record<string, Record<string, SnapshotState>> {
    const byApp: Record<string, Record<string, SnapshotState>> = {}
    for (const snapshot of this.known) (byApp[snapshot.appId] ??= {})[snapshot.id] = snapshotState(snapshot)
    return byApp
  }

  private inTurn<T>(deed: () => Promise<T>): Promise<T> {
    const result = this.queue.then(() => this.afterOpening(deed))
    this.queue = result.catch(() => undefined)
    return result
  }

  private async afterOpening<T>(deed: () => Promise<T>): Promise<T> {
    if (!this.wasRecovered) {
      const { volumes } = await this.engine.observe([])
      await this.disk.recover(await Promise.all(volumes.map(({ name }) => this.engine.volumePath(name))))
      this.wasRecovered = true
    }
    try {
      return await deed()
    } finally {
      // Also after a failure: it may have come after the deed.
      await this.refresh()
    }
  }

  private async refresh(): Promise<void> {
    const before = JSON.stringify(this.known)
    this.known = await this.disk.list()
    if (JSON.stringify(this.known) !== before) this.changed.notify()
  }
}

function snapshotState({ volume, at, cause, releaseId, method, bytes, uploaded }: StoredSnapshot): SnapshotState {
  return {
    ...{ volume, at: new Date(at).toISOString(), cause, method, sizeBytes: bytes },
    ...(releaseId !== undefined && { releaseId }),
    ...(uploaded && { uploaded }),
  }
}
