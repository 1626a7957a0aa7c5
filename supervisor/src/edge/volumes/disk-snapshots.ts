/*
 * Snapshots as folders on the engine's disk, `<engine's folder>/flotilla-snapshots/<device>/<id>/`: the files in data/,
 * what they are in snapshot.json. They share their blocks with the volume where the disk can, else they are copied.
 * When and what for is not known here.
 */
import { SnapshotIdSchema } from '@flotilla/contracts'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TerminalError } from '../../errors.js'
import { parseJson } from '../../parse-json.js'
import {
  StoredSnapshotSchema,
  type SnapshotDisk,
  type SnapshotLimits,
  type SnapshotNotes,
  type SnapshotOrder,
  type StoredSnapshot,
} from '../../snapshots/snapshot-disk.js'
import type { Logger } from '../../ports.js'
import { readIfPresent, syncFolder, writeAtomically } from '../store/atomic-file.js'
import { pack, unpack } from './archive.js'
import {
  bytesOnDisk,
  copyTree,
  freeBytes,
  isPlainSubvolume,
  Reflinks,
  removeTree,
  snapshotSubvolume,
  syncFileSystem,
} from './copy-tree.js'
import { DiskDownload } from './disk-download.js'
import { partialPath, preparedPath, recoverSwap, swapIn } from './swap.js'
import { snapshotFolder, volumePlace, type VolumePlace } from './volume-place.js'

const DESCRIPTION = 'snapshot.json'
const DATA = 'data'
const PARTIAL = '.partial-'
const REMOVED = '.removed-'
const DOWNLOAD = '.download-'

export interface DiskSnapshotsOptions {
  registration: { deviceId: string }
  engine: { dataFolder: () => Promise<string> }
  log: Logger
}

export class DiskSnapshots implements SnapshotDisk {
  private readonly reflinks = new Reflinks()

  constructor(private readonly options: DiskSnapshotsOptions) {}

  async recover(volumePaths: readonly string[]): Promise<void> {
    for (const path of volumePaths) {
      // One that cannot be looked at (a network mount, say) must not keep the others from their files.
      await this.recoverVolume(path).catch((error: unknown) => {
        this.options.log.warn('volume not looked through', { path, error })
      })
    }
    const folder = await this.folder()
    // No id begins with a dot.
    const isLeftover = (name: string) => name.startsWith('.') && !name.startsWith(DOWNLOAD)
    const leftovers = (await readdir(folder)).filter(isLeftover)
    for (const name of leftovers) await removeTree(join(folder, name))
  }

  async create(order: SnapshotOrder, volumePath: string, limits: SnapshotLimits): Promise<StoredSnapshot> {
    const id = SnapshotIdSchema.parse(order.id)
    const folder = await this.folder()
    const known = await this.read(join(folder, id))
    if (known) return known
    const place = await volumePlace(volumePath)
    const bytes = await bytesOnDisk(place.data)
    return this.make(order, async (data) => ({
      method: await this.copyOut(place, data, { ...limits, bytes }),
      bytes,
    }))
  }

  async *pack(id: string): AsyncGenerator<Buffer> {
    yield* pack(await this.dataPath(id))
  }

  async unpack(order: SnapshotOrder, source: AsyncIterable<Buffer>): Promise<StoredSnapshot> {
    return this.make(order, async (data) => {
      await mkdir(data)
      await unpack(source, data)
      return { method: 'copy', bytes: await bytesOnDisk(data) }
    })
  }

  async download(id: string): Promise<DiskDownload> {
    return new DiskDownload(join(await this.folder(), `${DOWNLOAD}${SnapshotIdSchema.parse(id)}`))
  }

  async list(): Promise<StoredSnapshot[]> {
    const folder = await this.folder()
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
    const snapshots = await Promise.all(names.map((name) => this.read(join(folder, name))))
    return snapshots.flatMap((snapshot) => snapshot ?? []).sort((a, b) => a.at - b.at)
  }

  async restore(id: string, volumePath: string): Promise<void> {
    const snapshot = join(await this.folder(), SnapshotIdSchema.parse(id))
    // A former attempt may have failed half-way.
    const place = await this.recoverVolume(volumePath)
    if (!existsSync(snapshot)) throw new TerminalError(`There is no snapshot ${id} on this board`)
    const source = join(snapshot, DATA)
    // Without room for a copy it was the snapshot itself that was moved to the volume: then this is done.
    if (!existsSync(source)) return
    await this.prepare(source, place, id)
    await swapIn(place, id)
  }

  async remove(id: string): Promise<void> {
    const folder = await this.folder()
    const path = join(folder, SnapshotIdSchema.parse(id))
    if (!existsSync(path)) return
    // Out of sight at once: what is half removed must not be taken for a snapshot.
    const removed = join(folder, `${REMOVED}${randomBytes(6).toString('hex')}`)
    await rename(path, removed)
    await syncFolder(folder)
    await removeTree(removed)
  }

  async note(id: string, notes: SnapshotNotes): Promise<void> {
    const path = join(await this.folder(), SnapshotIdSchema.parse(id))
    const snapshot = await this.read(path)
    if (!snapshot) throw new Error(`There is no snapshot ${id} on this board`)
    await writeAtomically(join(path, DESCRIPTION), `${JSON.stringify({ ...snapshot, ...notes })}\n`)
  }

  /** Where the files of a snapshot are, for reading. */
  async dataPath(id: string): Promise<string> {
    return join(await this.folder(), SnapshotIdSchema.parse(id), DATA)
  }

  /** A snapshot that is there whole or not at all; `fill` makes its folder of files. */
  private async make(
    order: SnapshotOrder,
    fill: (data: string) => Promise<Pick<StoredSnapshot, 'method' | 'bytes'>>,
  ): Promise<StoredSnapshot> {
    const folder = await this.folder()
    const partial = join(folder, `${PARTIAL}${randomBytes(6).toString('hex')}`)
    try {
      await mkdir(partial, { mode: 0o700 })
      const snapshot: StoredSnapshot = { ...order, ...(await fill(join(partial, DATA))) }
      await writeAtomically(join(partial, DESCRIPTION), `${JSON.stringify(snapshot)}\n`)
      // What is left of one whose files became its volume's.
      await this.remove(order.id)
      await this.publish(partial, join(folder, order.id))
      return snapshot
    } catch (error) {
      await removeTree(partial)
      throw error
    }
  }

  /** Writes the volume's files to `to`, and tells how. */
  private async copyOut(
    { data, folder }: VolumePlace,
    to: string,
    limits: SnapshotLimits & { bytes: number },
  ): Promise<StoredSnapshot['method']> {
    if (await this.clone(data, to, folder)) return 'reflink'
    await refuseTooLarge(limits, dirname(to))
    await copyTree(data, to, 'copy')
    return 'copy'
  }

  /** False where the disk cannot share the blocks of all of these files; then nothing is left of the attempt. */
  private async clone(from: string, to: string, probed: string): Promise<boolean> {
    if (!(await this.reflinks.arePossible(probed, dirname(to)))) return false
    try {
      if (await isPlainSubvolume(from)) await snapshotSubvolume(from, to)
      else await copyTree(from, to, 'reflink')
      return true
    } catch (error) {
      this.options.log.warn('blocks could not be shared; copying', { path: from, error })
      await removeTree(to)
      return false
    }
  }

  /** Whole files wait beside the volume's when it resolves; a copy, or without room for one the snapshot itself. */
  private async prepare(source: string, place: VolumePlace, id: string): Promise<void> {
    const prepared = preparedPath(place, id)
    const partial = partialPath(place, randomBytes(6).toString('hex'))
    try {
      if (!(await this.clone(source, partial, dirname(source)))) {
        const fits = (await bytesOnDisk(source)) < (await freeBytes(place.folder))
        if (!fits && (await this.moveOut(source, prepared))) return
        await copyTree(source, partial, 'copy')
      }
      await this.publish(partial, prepared)
    } catch (error) {
      await removeTree(partial)
      throw error
    }
  }

  /** False where they are on different disks. */
  private async moveOut(source: string, prepared: string): Promise<boolean> {
    try {
      await rename(source, prepared)
    } catch {
      return false
    }
    await syncFolder(dirname(prepared))
    await syncFolder(dirname(source))
    return true
  }

  /** Gives what was made its name, once all of it is on the disk. */
  private async publish(partial: string, path: string): Promise<void> {
    await syncFileSystem(partial)
    await rename(partial, path)
    await syncFolder(dirname(path))
  }

  private async recoverVolume(path: string): Promise<VolumePlace> {
    const place = await volumePlace(path)
    const prepared = await recoverSwap(place)
    if (!prepared) return place
    const snapshot = join(await this.folder(), prepared.snapshotId)
    const source = join(snapshot, DATA)
    if (existsSync(snapshot) && !existsSync(source)) await rename(prepared.path, source)
    else await removeTree(prepared.path)
    return place
  }

  /** Undefined where there is none, or where its files were moved to its volume. */
  private async read(path: string): Promise<StoredSnapshot | undefined> {
    const text = await readIfPresent(join(path, DESCRIPTION))
    if (text === undefined || !existsSync(join(path, DATA))) return undefined
    const parsed = StoredSnapshotSchema.safeParse(parseJson(text))
    if (!parsed.success) this.options.log.error('snapshot unreadable', { path })
    return parsed.data
  }

  private async folder(): Promise<string> {
    const { engine, registration } = this.options
    return snapshotFolder(await engine.dataFolder(), registration.deviceId)
  }
}

async function refuseTooLarge(
  { bytes, maxBytes, reserveBytes }: SnapshotLimits & { bytes: number },
  folder: string,
): Promise<void> {
  if (bytes > maxBytes) {
    throw new TerminalError(
      `The volume's files take ${megabytes(bytes)}, and on a disk that cannot share blocks only ` +
        `${megabytes(maxBytes)} are copied: raise snapshotMaxBytes in the update policy, or take the mark off the volume`,
    )
  }
  const free = await freeBytes(folder)
  if (free - bytes >= reserveBytes) return
  throw new Error(
    `A copy of the volume takes ${megabytes(bytes)} and ${megabytes(reserveBytes)} are to stay free, ` +
      `but only ${megabytes(free)} are free`,
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
}
