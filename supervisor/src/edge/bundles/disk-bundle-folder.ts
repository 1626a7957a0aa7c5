/*
 * What is called a bundle in a folder of this machine. Links are not followed: on a stick they would lead to files of the
 * board.
 */
import { BUNDLE_EXTENSION } from '@flotilla/contracts'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleFile } from '../../bundles/ports.js'
import type { BundleFolder, FoundBundle } from '../../bundles/folder-offers.js'
import { openBundleFile } from './file-bundle.js'

// People who like order put them in here.
const SUBFOLDER = 'flotilla'
// More are not looked at: each of them is opened.
const MOST_FILES = 100

export class DiskBundleFolder implements BundleFolder {
  /** `label` stands for the path in names. */
  constructor(
    private readonly path: string,
    private readonly label: string,
  ) {}

  async list(): Promise<FoundBundle[]> {
    const names = bundleNames(await readdir(this.path))
    const below = join(this.path, SUBFOLDER)
    const isFolder = await lstat(below).then(
      (it) => it.isDirectory(),
      () => false,
    )
    if (isFolder) names.push(...bundleNames(await readdir(below)).map((name) => join(SUBFOLDER, name)))
    const found = await Promise.all(names.slice(0, MOST_FILES).map((name) => this.find(name)))
    return found.filter((it) => it !== undefined)
  }

  open({ name }: FoundBundle): Promise<BundleFile> {
    return openBundleFile(join(this.path, name.slice(this.label.length)), name)
  }

  /** Undefined also where it has just gone. */
  private async find(name: string): Promise<FoundBundle | undefined> {
    const file = await lstat(join(this.path, name)).catch(() => undefined)
    if (!file?.isFile()) return undefined
    return { name: join(this.label, name), sizeBytes: file.size, changedAt: file.mtimeMs }
  }
}

/** Other systems leave files of their own beside each, whose names begin with a dot. */
function bundleNames(names: string[]): string[] {
  return names.filter((name) => name.toLowerCase().endsWith(BUNDLE_EXTENSION) && !name.startsWith('.')).sort()
}
