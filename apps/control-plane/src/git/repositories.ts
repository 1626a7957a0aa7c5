import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { git, GitError } from './git-program.js'

/** The bare repositories of fleets: `<data>/git/<fleet id>.git`, made when they are first asked for. */
@Injectable()
export class Repositories {
  readonly root: string

  constructor(@Inject(CONFIG) config: ServerConfig) {
    this.root = join(config.DATA_DIR, 'git')
  }

  folder(fleetId: string): string {
    return join(this.root, `${fleetId}.git`)
  }

  /** Gives the folder. A clone begins on the deploy branch, whatever it is called today. */
  async ensure(fleet: { id: string; deployBranch: string }): Promise<string> {
    const repository = this.folder(fleet.id)
    if (!(await exists(repository))) await this.create(repository)
    const head = `refs/heads/${fleet.deployBranch}`
    if ((await this.headOf(repository)) !== head) await git(['symbolic-ref', 'HEAD', head], { repository })
    return repository
  }

  /** Of every repository that is there. */
  async fleetIds(): Promise<string[]> {
    const names = await readdir(this.root).catch(() => [])
    return names.map((name) => /^([0-9a-f-]{36})\.git$/.exec(name)?.[1]).filter((id) => id !== undefined)
  }

  async remove(fleetId: string): Promise<void> {
    await rm(this.folder(fleetId), { recursive: true, force: true })
  }

  /** Two requests may do it at once: each prepares its own, and the first one to finish stays. */
  private async create(repository: string): Promise<void> {
    const draft = join(this.root, `new-${process.pid}-${Math.random().toString(36).slice(2)}`)
    await mkdir(this.root, { recursive: true })
    await git(['init', '--quiet', '--bare', draft], { repository: draft })
    // What a tree says of archives (export-ignore, export-subst) must not change what is built.
    await writeFile(join(draft, 'info', 'attributes'), '* -export-ignore -export-subst\n')
    await rename(draft, repository).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true })
      if (!(await exists(repository))) throw error
    })
  }

  private async headOf(repository: string): Promise<string | undefined> {
    try {
      return (await git(['symbolic-ref', '--quiet', 'HEAD'], { repository })).toString().trim()
    } catch (error) {
      if (error instanceof GitError) return undefined
      throw error
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
