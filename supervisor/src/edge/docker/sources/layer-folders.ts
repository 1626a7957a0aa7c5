/*
 * The files of an image, read where overlay2 keeps them: one folder for each layer, as it was unpacked. Nothing is
 * mounted, copied or written. No link is followed, so that no image can name a file outside of itself.
 */
import { DeltaError } from '@flotilla/image-delta'
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceFile } from '../../../images/ports.js'
import { DiskFile } from '../../store/disk-file.js'

// Enough that the files of a folder, which come one after the other, cost one look at each layer.
const MOST_FOLDERS_KNOWN = 2000

export class LayerFolders {
  // Folder of the image → where layers have it, as promises, so that two who ask at once look once.
  private readonly known = new Map<string, Promise<string[]>>()

  /** Of the layers, the top one first. */
  constructor(private readonly layers: readonly string[]) {}

  /**
   * What lies highest counts, as in a container. That a folder hides all below it (an opaque one) is not looked at:
   * Node cannot read that mark, and a file that is hidden is one that nobody asks for who knows the image.
   */
  async openFile(path: string): Promise<SourceFile> {
    const names = path.split('/')
    if (names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\0'))) throw missing(path)
    const name = names.pop() ?? ''
    for (const folder of await this.foldersOf(names.join('/'))) {
      const kind = await kindOf(join(folder, name))
      if (kind === 'file') return openRegular(join(folder, name))
      if (kind !== 'none') break
    }
    throw missing(path)
  }

  close(): Promise<void> {
    this.known.clear()
    return Promise.resolve()
  }

  private foldersOf(path: string): Promise<string[]> {
    if (path === '') return Promise.resolve([...this.layers])
    const known = this.known.get(path)
    if (known) return known
    if (this.known.size >= MOST_FOLDERS_KNOWN) this.known.clear()
    const folders = this.lookFor(path)
    this.known.set(path, folders)
    return folders
  }

  /** A file, a link or the mark of a removal in a higher layer hides the folder in those below. */
  private async lookFor(path: string): Promise<string[]> {
    const cut = path.lastIndexOf('/')
    const name = path.slice(cut + 1)
    const found: string[] = []
    for (const parent of await this.foldersOf(path.slice(0, Math.max(0, cut)))) {
      const kind = await kindOf(join(parent, name))
      if (kind === 'folder') found.push(join(parent, name))
      else if (kind !== 'none') break
    }
    return found
  }
}

// Asked before anything is opened: opening a device of the image's would reach the board's.
async function kindOf(path: string): Promise<'file' | 'folder' | 'none' | 'other'> {
  try {
    const stats = await lstat(path)
    if (stats.isFile()) return 'file'
    return stats.isDirectory() ? 'folder' : 'other'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none'
    throw error
  }
}

async function openRegular(path: string): Promise<SourceFile> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const stats = await handle.stat()
  if (stats.isFile()) return new DiskFile(handle, stats.size)
  await handle.close()
  throw missing(path)
}

function missing(path: string): DeltaError {
  return new DeltaError(`The image has no file ${JSON.stringify(path)}`)
}
