import { DurableValue } from '../durable-value.js'
import type { BlobDisk } from '../images/blobs/blob-disk.js'
import type { Document } from '../ports.js'
import type { StoredUpload } from './stored-uploads.js'
import { Upload } from './upload.js'

// The board itself goes on writing its logs, reports and images.
const RESERVE_BYTES = 64 * 1024 * 1024

export interface UploadDisk extends Pick<BlobDisk, 'list' | 'open' | 'create' | 'remove' | 'syncNames'> {
  freeBytes(): Promise<number>
}

/** Uploads on this board's disk, and what is known of them. A power cut takes at most what was not kept yet. */
export class UploadStore {
  private readonly kept: DurableValue<StoredUpload[]>

  constructor(
    private readonly disk: UploadDisk,
    document: Document<StoredUpload[]>,
  ) {
    this.kept = new DurableValue<StoredUpload[]>(document, [])
  }

  /** Those of earlier runs, the oldest first. Files that nobody knows of go, and what is known of files that are gone. */
  async load(): Promise<Upload[]> {
    await this.kept.load()
    const files = (await this.disk.list()).map(({ name }) => name)
    await this.kept.update((all) => all.filter(({ key }) => files.includes(key)))
    const known = this.kept.value
    for (const name of files) {
      if (!known.some(({ key }) => key === name)) await this.disk.remove(name)
    }
    const uploads: Upload[] = []
    for (const stored of known) {
      const file = await this.disk.open(stored.key)
      if (file) uploads.push(new Upload(stored, file))
    }
    return uploads
  }

  /** For how large a file there is room. */
  async roomBytes(): Promise<number> {
    return Math.max(0, (await this.disk.freeBytes()) - RESERVE_BYTES)
  }

  async create(stored: StoredUpload): Promise<Upload> {
    const file = await this.disk.create(stored.key)
    await this.disk.syncNames()
    await this.kept.update((all) => [...all, stored])
    return new Upload(stored, file)
  }

  /** What has come of it is durable when it resolves. */
  async keep(upload: Upload): Promise<void> {
    const keptBytes = await upload.sync()
    const { key } = upload.stored
    await this.kept.update((all) => all.map((it) => (it.key === key ? { ...it, keptBytes } : it)))
  }

  async remove(upload: Upload): Promise<void> {
    const { key } = upload.stored
    await upload.close()
    await this.kept.update((all) => all.filter((it) => it.key !== key))
    await this.disk.remove(key)
  }
}
