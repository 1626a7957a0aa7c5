/*
 * The file system that holds the engine's images, volumes and logs: how much room there is.
 */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Offers, Part } from '../../part.js'
import type { Engine } from '../../ports.js'

export class DataDisk {
  private known?: string

  /** `root`: the host's root folder as this process reaches it. */
  constructor(private readonly root: string) {}

  /** Undefined until the engine has been asked for it. */
  folder(): string | undefined {
    return this.known
  }

  part({ engine, offers }: { engine: Pick<Engine, 'dataFolder'>; offers: Offers }): Part {
    return { sources: { disk: () => this.room(engine, offers.bytesUnderWay?.() ?? 0) } }
  }

  /** `underWay`: bytes that the plan counts among those that are still to come, since it asks for room for whole images. */
  private async room(engine: Pick<Engine, 'dataFolder'>, underWay: number): Promise<{ freeBytes: number } | undefined> {
    this.known ??= join(this.root, await engine.dataFolder())
    // The engine may be on another machine: then its folder is not here.
    const fs = await statfs(this.known).catch(() => undefined)
    // What is kept for root is left alone: a full disk is to stay one that can be mended.
    return fs && { freeBytes: fs.bavail * fs.bsize + underWay }
  }
}
