import type { BlobDisk, BlobFile, DiskFile } from '../images/blobs/blob-disk.js'
import { PowerCut } from './cut-disk.js'

/** A disk of a process that can be killed: what it wrote is there, but it writes no more. */
export class MortalDisk implements BlobDisk {
  private isDead = false

  constructor(private readonly disk: BlobDisk) {}

  kill(): void {
    this.isDead = true
  }

  list(): Promise<DiskFile[]> {
    return this.alive(() => this.disk.list())
  }

  open(name: string): Promise<BlobFile | undefined> {
    return this.alive(async () => this.mortal(await this.disk.open(name)))
  }

  create(name: string): Promise<BlobFile> {
    return this.alive(async () => this.mortal(await this.disk.create(name)))
  }

  rename(from: string, to: string): Promise<void> {
    return this.alive(() => this.disk.rename(from, to))
  }

  remove(name: string): Promise<void> {
    return this.alive(() => this.disk.remove(name))
  }

  syncNames(): Promise<void> {
    return this.alive(() => this.disk.syncNames())
  }

  path(name: string): string {
    return this.disk.path(name)
  }

  private alive<T>(act: () => Promise<T>): Promise<T> {
    return this.isDead ? Promise.reject(new PowerCut('The process was killed')) : act()
  }

  private mortal<File extends BlobFile | undefined>(file: File): File {
    if (!file) return file
    const mortal: BlobFile = {
      size: () => this.alive(() => file.size()),
      read: (into, position) => this.alive(() => file.read(into, position)),
      write: (bytes, position) => this.alive(() => file.write(bytes, position)),
      sync: () => this.alive(() => file.sync()),
      // The kernel closes what a dead process had open.
      close: () => file.close(),
    }
    return mortal as File
  }
}
