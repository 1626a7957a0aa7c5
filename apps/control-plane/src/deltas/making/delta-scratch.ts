import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { ServerConfig } from '../../config/config.js'
import { ImageDeltasRepository } from '../image-deltas.repository.js'
import { DeltaFailure } from './delta-failure.js'

// Postgres and git may be on the same disk, and comparing takes some room beside the tars.
const RESERVE_BYTES = 2 * 1024 ** 3

/** What one attempt may write. */
export class ScratchRoom {
  constructor(
    private allowedBytes: number,
    private freeBytes: number,
  ) {}

  take(bytes: number): void {
    this.allowedBytes -= bytes
    this.freeBytes -= bytes
    if (this.allowedBytes < 0) {
      throw new DeltaFailure('The images are larger than a worker has room for; see DELTA_SCRATCH_BYTES.')
    }
    if (this.freeBytes < 0) throw new Error('The disk of DATA_DIR has too little room for the two images')
  }
}

/** Folders for the making of deltas, one for each attempt, under the data folder. */
@Injectable()
export class DeltaScratch {
  private readonly folder: string

  constructor(
    private readonly deltas: ImageDeltasRepository,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {
    this.folder = join(config.DATA_DIR, 'deltas')
  }

  /** Gives `work` an empty folder, which is removed when it ends. */
  async use<T>(attempt: Attempt, work: (folder: string, room: ScratchRoom) => Promise<T>): Promise<T> {
    await this.sweep(new Date())
    const folder = join(this.folder, nameOf(attempt))
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      const { bavail, bsize } = await statfs(folder)
      return await work(folder, new ScratchRoom(this.config.DELTA_SCRATCH_BYTES, bavail * bsize - RESERVE_BYTES))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** What workers left behind that were killed. The folder may be shared by several workers. */
  async sweep(now: Date): Promise<void> {
    const names = await readdir(this.folder).catch(() => [])
    const held = (await this.deltas.making()).filter(({ leaseUntil }) => leaseUntil && leaseUntil > now)
    const used = new Set(held.map(({ id, attempt }) => nameOf({ id, attempt })))
    for (const name of names) {
      if (!used.has(name)) await rm(join(this.folder, name), { recursive: true, force: true })
    }
  }
}

interface Attempt {
  id: string
  attempt: number
}

function nameOf({ id, attempt }: Attempt): string {
  return `${id}.${attempt}`
}
