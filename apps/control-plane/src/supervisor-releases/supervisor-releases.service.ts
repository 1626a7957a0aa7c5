import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TargetSupervisor } from '@flotilla/contracts'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Problem } from '../http/problem.js'
import { LATEST, SUPERVISOR_VERSION, versionOfBundle } from './supervisor-version.js'

export interface SupervisorRelease {
  version: string
  // sha256 in hex
  digest: string
  sizeBytes: number
  // On this machine.
  file: string
  // Below PUBLIC_URL.
  path: string
}

/** Keeps a copy of every supervisor that it ever had, so that devices may stay at one, or go back to it. */
@Injectable()
export class SupervisorReleases {
  private readonly known = new Map<string, { stamp: string; release: SupervisorRelease }>()

  constructor(@Inject(CONFIG) private readonly config: ServerConfig) {}

  /** The one that this control plane was built with. */
  async own(): Promise<SupervisorRelease> {
    const bundle = this.config.SUPERVISOR_BUNDLE
    const built = await this.readRelease(bundle)
    if (!built) {
      const sentence = 'This server has no built supervisor; its operator builds one with npm run build.'
      throw new Problem('supervisor-not-built', 503, sentence)
    }
    await this.keep(built)
    return built
  }

  async find(version: string): Promise<SupervisorRelease | undefined> {
    // One that was built anew under the same number counts.
    const own = await this.readRelease(this.config.SUPERVISOR_BUNDLE)
    if (own?.version === version) return this.own()
    return this.readRelease(this.fileOf(version))
  }

  /** What the config variables that reach a device ask for. Undefined: it keeps the supervisor that it has. */
  async wanted(config: Record<string, string>): Promise<TargetSupervisor | undefined> {
    const version = config[SUPERVISOR_VERSION]
    if (version === undefined) return undefined
    const found = version === LATEST ? await this.own().catch(() => undefined) : await this.find(version)
    if (!found) return undefined
    const { path, digest, sizeBytes } = found
    return { version: found.version, bundle: { path, digest: `sha256:${digest}`, sizeBytes } }
  }

  get folder(): string {
    return join(this.config.DATA_DIR, 'supervisors')
  }

  private fileOf(version: string): string {
    return join(this.folder, `${encodeURIComponent(version)}.mjs`)
  }

  private async keep({ version, digest, file }: SupervisorRelease): Promise<void> {
    const kept = this.fileOf(version)
    if ((await this.readRelease(kept))?.digest === digest) return
    await mkdir(this.folder, { recursive: true })
    // Another process may do the same at the same time.
    const aside = `${kept}.${randomUUID()}`
    await writeFile(aside, await readFile(file))
    await rename(aside, kept)
  }

  private async readRelease(file: string): Promise<SupervisorRelease | undefined> {
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const stamp = `${found.mtimeMs} ${found.size}`
    const known = this.known.get(file)
    if (known?.stamp === stamp) return known.release
    const bytes = await readFile(file)
    const version = versionOfBundle(bytes)
    const release = {
      version,
      digest: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
      file,
      path: `/install/supervisors/${encodeURIComponent(version)}/supervisor.mjs`,
    }
    this.known.set(file, { stamp, release })
    return release
  }
}
