/*
 * Puts other files in the place of a volume's, by two renames within the volume's folder:
 *
 *   _data → _flotilla-old          the volume has no files for a moment; a power cut here is mended by recoverSwap
 *   _flotilla-new → _data
 *
 * What is called _flotilla-new is always whole and on the disk; what is still being copied is called something else. So
 * the names alone tell how far it came.
 */
import { existsSync, renameSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../store/atomic-file.js'
import { PROBE, removeTree } from './copy-tree.js'
import type { VolumePlace } from './volume-place.js'

const PARTIAL = '_flotilla-partial-'
const NEW = '_flotilla-new-'
const OLD = '_flotilla-old'

/** A free place beside the volume's files to prepare others in. */
export function partialPath({ folder }: VolumePlace, token: string): string {
  return join(folder, `${PARTIAL}${token}`)
}

/** Where whole files wait to become the volume's; the id says which snapshot they are of. */
export function preparedPath({ folder }: VolumePlace, snapshotId: string): string {
  return join(folder, `${NEW}${snapshotId}`)
}

/** The prepared files become the volume's; those that it had are gone. */
export async function swapIn(place: VolumePlace, snapshotId: string): Promise<void> {
  const old = join(place.folder, OLD)
  await removeTree(old)
  // In one go: an engine that starts between the two finds a volume without files.
  renameSync(place.data, old)
  renameSync(preparedPath(place, snapshotId), place.data)
  await syncFolder(place.folder)
  await removeTree(old)
}

export interface PreparedFiles {
  path: string
  snapshotId: string
}

/**
 * Finishes a swap that had begun, so that the volume has its files, and clears the rest away. Files that were prepared
 * and not yet swapped in are given back: they may be the only copy.
 */
export async function recoverSwap(place: VolumePlace): Promise<PreparedFiles | undefined> {
  const names = await readdir(place.folder)
  const old = join(place.folder, OLD)
  const isHalfMade = (name: string) => name.startsWith(PARTIAL) || name.startsWith(PROBE)
  for (const name of names.filter(isHalfMade)) await removeTree(join(place.folder, name))
  const prepared = names.find((name) => name.startsWith(NEW))
  const hasBegun = names.includes(OLD)
  const hasData = existsSync(place.data)
  if (prepared !== undefined && (hasBegun || !hasData)) {
    // An engine that found no files may have made an empty folder of that name.
    await removeTree(place.data)
    renameSync(join(place.folder, prepared), place.data)
  } else if (hasBegun && !hasData) renameSync(old, place.data)
  await syncFolder(place.folder)
  await removeTree(old)
  if (prepared === undefined || hasBegun || !hasData) return undefined
  return { path: join(place.folder, prepared), snapshotId: prepared.slice(NEW.length) }
}
