/*
 * What is in the volumes of a simulated board, and its copies. Each container that starts writes its image into every
 * volume that it has, as an app migrates its data: a release that has run can be read off them.
 */
import type { FakeDaemon } from '../edge/fake/fake-daemon.js'
import type { SnapshotDisk, SnapshotOrder, StoredSnapshot } from '../snapshots/snapshot-disk.js'
import type { Moment } from '../testing/memory-store.js'

export class SimVolumes implements Pick<SnapshotDisk, 'recover' | 'create' | 'list' | 'restore' | 'remove'> {
  /** By name in the engine: the images that wrote into it, in order. */
  readonly contents = new Map<string, string[]>()
  readonly snapshots = new Map<string, { stored: StoredSnapshot; content: string[] }>()
  private readonly seenStarts = new Set<string>()

  constructor(
    private readonly daemon: FakeDaemon,
    private readonly moment: () => Moment,
  ) {
    daemon.changed.add(() => this.look())
  }

  recover(): Promise<void> {
    return Promise.resolve()
  }

  async create(order: SnapshotOrder, volumePath: string): Promise<StoredSnapshot> {
    const known = this.snapshots.get(order.id)
    if (known) return known.stored
    await this.write(`snapshot ${order.volume}`, () => {
      const content = [...(this.contents.get(nameOf(volumePath)) ?? [])]
      this.snapshots.set(order.id, { stored: { ...order, method: 'reflink', bytes: content.length }, content })
    })
    return this.create(order, volumePath)
  }

  list(): Promise<StoredSnapshot[]> {
    return Promise.resolve([...this.snapshots.values()].map(({ stored }) => stored))
  }

  async restore(id: string, volumePath: string): Promise<void> {
    const snapshot = this.snapshots.get(id)
    if (!snapshot) throw new Error(`There is no snapshot ${id}`)
    const name = nameOf(volumePath)
    const user = [...this.daemon.containers.values()].find((it) => it.isRunning && it.volumes.includes(name))
    if (user) throw new Error(`${name} would be restored under ${user.step.service}, which runs`)
    await this.write(`restore ${snapshot.stored.volume}`, () => this.contents.set(name, [...snapshot.content]))
  }

  remove(id: string): Promise<void> {
    return this.write(`remove-snapshot ${id}`, () => this.snapshots.delete(id))
  }

  private async write(what: string, deed: () => unknown): Promise<void> {
    await Promise.resolve()
    this.moment()(`before ${what}`)
    deed()
    this.moment()(`after ${what}`)
  }

  private look(): void {
    for (const name of this.contents.keys()) if (!this.daemon.volumes.has(name)) this.contents.delete(name)
    for (const { id, status, startedAt, volumes, step } of this.daemon.containers.values()) {
      const start = `${id} ${startedAt}`
      if (status !== 'running' || this.seenStarts.has(start)) continue
      this.seenStarts.add(start)
      for (const name of volumes) this.contents.set(name, [...(this.contents.get(name) ?? []), step.spec.image])
    }
  }
}

// As FakeEngine.volumePath gives it.
function nameOf(volumePath: string): string {
  return /\/volumes\/([^/]+)/.exec(volumePath)?.[1] ?? ''
}
