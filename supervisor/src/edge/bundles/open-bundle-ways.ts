/*
 * What the ways of bundles into a board are made of: its slots, its folders, its disk for what is sent, and its network.
 */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleWorld } from '../../bundles/bundle-ways.js'
import { FolderBlobDisk } from '../blobs/folder-blob-disk.js'
import { listen } from '../local-api/http-listener.js'
import { freeBytes } from '../volumes/copy-tree.js'
import { DiskBundleFolder } from './disk-bundle-folder.js'
import { LinuxSticks } from './linux-sticks.js'

export interface BundleWaysOptions {
  stateDir: string
  // The board's root folder as this process reaches it.
  root: string
  bundles: { usb: boolean; folders: readonly string[]; port?: number }
  // HTML of the door to the local network.
  page: string
}

export async function openBundleWays({ stateDir, root, bundles, page }: BundleWaysOptions): Promise<BundleWorld> {
  const { usb, folders, port } = bundles
  const folder = join(stateDir, 'bundles')
  const disk = await FolderBlobDisk.open(folder)
  // As the kernel calls it in its list of mounts.
  const sticks = join(await realpath(stateDir), 'sticks')
  return {
    folderOf: (path, label) => new DiskBundleFolder(path, label),
    uploads: Object.assign(disk, { freeBytes: () => freeBytes(folder) }),
    ...(usb && { slots: new LinuxSticks({ root, folder: sticks }) }),
    // The host's own, also for a supervisor in a container.
    folders: folders.map((path) => ({ path, folder: new DiskBundleFolder(join(root, path), path) })),
    ...(port !== undefined && { lan: { open: (handle) => listenEverywhere(port, handle), page } }),
  }
}

/** By both families of addresses where the board has both. */
function listenEverywhere(port: number, handle: Parameters<typeof listen>[2]): ReturnType<typeof listen> {
  return listen('::', port, handle).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw error
    return listen('0.0.0.0', port, handle)
  })
}
