import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { notFound } from '../http/problem.js'

/** The trees that builds are made of, as tar.gz files under the data folder, kept until their build is over. */
@Injectable()
export class SourceArchives {
  private readonly folder: string

  constructor(@Inject(CONFIG) config: ServerConfig) {
    this.folder = join(config.DATA_DIR, 'sources')
  }

  /** Stores an archive whole or not at all; gives the name of its file. */
  async store(id: string, archive: Readable): Promise<string> {
    await mkdir(this.folder, { recursive: true })
    const file = `${id}.tar.gz`
    const unfinished = `${this.path(file)}.part`
    try {
      await pipeline(archive, createWriteStream(unfinished, { mode: 0o600 }))
      await rename(unfinished, this.path(file))
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
    return file
  }

  async open(file: string): Promise<{ stream: Readable; bytes: number }> {
    const { size } = await stat(this.path(file)).catch(() => {
      throw notFound('source', file)
    })
    return { stream: createReadStream(this.path(file)), bytes: size }
  }

  /** The files that were written before, unfinished ones too. */
  async olderThan(limit: Date): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => [])
    const ages = await Promise.all(names.map((name) => stat(this.path(name)).catch(() => undefined)))
    return names.filter((_, index) => (ages[index]?.mtime ?? limit) < limit)
  }

  async remove(file: string): Promise<void> {
    await rm(this.path(file), { force: true })
  }

  private path(file: string): string {
    return join(this.folder, file)
  }
}
