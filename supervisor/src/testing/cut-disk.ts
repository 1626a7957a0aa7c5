/*
 * A disk that loses at a power cut what was not synced, as an SD card does: of what was written since, any part may be
 * there, or none, or only its length; of what was renamed, made and removed, what came first. A file that was synced may
 * have kept its name though the folder was not.
 */
import type { BlobDisk, BlobFile, DiskFile } from '../images/blobs/blob-disk.js'

export class PowerCut extends Error {
  override name = 'PowerCut'
}

interface Inode {
  // As it is seen now.
  live: Content
  synced: Buffer
  writes: { position: number; bytes: Buffer }[]
  wasSynced: boolean
}

type NameChange = { name: string; inode: Inode | undefined }[]

export class CutDisk {
  /** Changes and syncs so far. */
  moments = 0
  /** The power goes instead of this moment. */
  cutAt = Infinity
  /** Bytes that are free; undefined: enough. */
  freeBytes?: number
  writtenBytes = 0
  syncs = 0
  private live = new Map<string, Inode>()
  private synced = new Map<string, Inode>()
  private changes: NameChange[] = []
  private boot = 0

  /** `random` gives 0 to 1. */
  constructor(private readonly random: () => number) {}

  /** As it is seen until the next cut. */
  open(): BlobDisk {
    return new OpenDisk(this, this.boot)
  }

  /** What is there after a cut in this moment, whatever chance says. */
  certain(name: string): Buffer | undefined {
    return this.synced.get(name)?.synced
  }

  names(): string[] {
    return [...this.live.keys()].sort()
  }

  /** The power goes, and comes back. */
  cut(): void {
    this.boot++
    this.cutAt = Infinity
    const kept = this.changes.slice(0, Math.floor(this.random() * (this.changes.length + 1)))
    const others = this.changes.slice(kept.length).filter((change) => {
      return change.some(({ inode }) => inode?.wasSynced) && this.random() < 0.5
    })
    for (const change of [...kept, ...others]) change.forEach((it) => apply(this.synced, it))
    this.changes = []
    for (const inode of this.synced.values()) this.lose(inode)
    this.live = new Map(this.synced)
  }

  /** The process that writes is killed: what it wrote is there, but it writes no more. */
  kill(): void {
    this.boot++
  }

  /** Whatever follows belongs to the boot in which it was opened. */
  moment(boot: number): void {
    this.require(boot)
    if (this.moments++ >= this.cutAt) throw this.cutNow()
  }

  require(boot: number): void {
    if (boot !== this.boot) throw new PowerCut('There was no power any more')
  }

  change(change: NameChange): void {
    change.forEach((it) => apply(this.live, it))
    this.changes.push(change)
  }

  syncNames(): void {
    this.syncs++
    this.synced = new Map(this.live)
    this.changes = []
  }

  find(name: string): Inode | undefined {
    return this.live.get(name)
  }

  list(): DiskFile[] {
    return [...this.live].map(([name, { live }]) => ({ name, bytes: live.length, changedAt: 0 }))
  }

  private cutNow(): PowerCut {
    this.cut()
    return new PowerCut('The power went')
  }

  private lose(inode: Inode): void {
    const content = new Content(inode.synced)
    for (const { position, bytes } of inode.writes) {
      const fate = this.random()
      if (fate < 0.3) continue
      const torn = fate < 0.5 ? Math.floor(this.random() * bytes.length) : bytes.length
      // Its length is there, and what it held is not.
      const left = fate < 0.6 ? Buffer.alloc(bytes.length) : bytes.subarray(0, torn)
      content.write(left, position)
    }
    Object.assign(inode, { live: content, synced: Buffer.from(content.read()), writes: [], wasSynced: false })
  }
}

class OpenDisk implements BlobDisk {
  constructor(
    private readonly disk: CutDisk,
    private readonly boot: number,
  ) {}

  async list(): Promise<DiskFile[]> {
    await Promise.resolve()
    this.disk.require(this.boot)
    return this.disk.list()
  }

  async open(name: string): Promise<BlobFile | undefined> {
    await Promise.resolve()
    this.disk.require(this.boot)
    const inode = this.disk.find(name)
    return inode && new OpenFile(this.disk, this.boot, inode)
  }

  async create(name: string): Promise<BlobFile> {
    await this.moment()
    const inode = { live: new Content(Buffer.alloc(0)), synced: Buffer.alloc(0), writes: [], wasSynced: false }
    this.disk.change([{ name, inode }])
    return new OpenFile(this.disk, this.boot, inode)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.moment()
    const inode = this.disk.find(from)
    if (!inode) throw new Error(`There is no ${from}`)
    this.disk.change([
      { name: from, inode: undefined },
      { name: to, inode },
    ])
  }

  async remove(name: string): Promise<void> {
    await this.moment()
    if (this.disk.find(name)) this.disk.change([{ name, inode: undefined }])
  }

  async syncNames(): Promise<void> {
    await this.moment()
    this.disk.syncNames()
  }

  path(name: string): string {
    return `/${name}`
  }

  private async moment(): Promise<void> {
    await Promise.resolve()
    this.disk.moment(this.boot)
  }
}

class OpenFile implements BlobFile {
  constructor(
    private readonly disk: CutDisk,
    private readonly boot: number,
    private readonly inode: Inode,
  ) {}

  async size(): Promise<number> {
    await Promise.resolve()
    this.disk.require(this.boot)
    return this.inode.live.length
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await Promise.resolve()
    this.disk.moment(this.boot)
    if (this.disk.freeBytes !== undefined && (this.disk.freeBytes -= bytes.length) < 0) {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    this.disk.writtenBytes += bytes.length
    const copy = Buffer.from(bytes)
    this.inode.writes.push({ position, bytes: copy })
    this.inode.live.write(copy, position)
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    await Promise.resolve()
    this.disk.require(this.boot)
    const found = this.inode.live.read(position, position + into.length)
    into.set(found)
    return found.length
  }

  async sync(): Promise<void> {
    await Promise.resolve()
    this.disk.moment(this.boot)
    this.disk.syncs++
    Object.assign(this.inode, { synced: Buffer.from(this.inode.live.read()), writes: [], wasSynced: true })
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }
}

function apply(names: Map<string, Inode>, { name, inode }: NameChange[number]): void {
  if (inode) names.set(name, inode)
  else names.delete(name)
}

/** Bytes that grow in place: a test writes thousands of pieces. */
class Content {
  private room: Buffer
  constructor(
    from: Buffer,
    private bytes = from.length,
  ) {
    this.room = Buffer.from(from)
  }

  get length(): number {
    return this.bytes
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length
    if (end > this.room.length) this.room = Buffer.concat([this.room, Buffer.alloc(end * 2 - this.room.length)])
    this.room.set(bytes, position)
    this.bytes = Math.max(this.bytes, end)
  }

  read(from = 0, end = this.bytes): Buffer {
    return this.room.subarray(from, Math.min(end, this.bytes))
  }
}
