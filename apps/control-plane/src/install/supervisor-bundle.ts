import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Problem } from '../http/problem.js'

export interface Bundle {
  bytes: Buffer
  // sha256 in hex
  digest: string
}

/** The built supervisor, read again whenever the file has changed. */
@Injectable()
export class SupervisorBundle {
  private known: { stamp: string; bundle: Bundle } | undefined

  constructor(@Inject(CONFIG) private readonly config: ServerConfig) {}

  async read(): Promise<Bundle> {
    const path = this.config.SUPERVISOR_BUNDLE
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) {
      const sentence = 'This server has no built supervisor; its operator builds one with npm run build.'
      throw new Problem('supervisor-not-built', 503, sentence)
    }
    const stamp = `${found.mtimeMs} ${found.size}`
    if (this.known?.stamp !== stamp) {
      const bytes = await readFile(path)
      this.known = { stamp, bundle: { bytes, digest: createHash('sha256').update(bytes).digest('hex') } }
    }
    return this.known.bundle
  }
}
