/*
 * What the image store is made of on a board: blobs in the state folder, the fleet's registry they come from, and the
 * registry on this machine that the engine pulls from.
 */
import { join } from 'node:path'
import { BorrowedBlobs } from '../bundles/borrowed-blobs.js'
import type { BundleShelf } from '../bundles/bundle-shelf.js'
import type { ImageWorld } from '../images/images-part.js'
import { DiskBlobStore } from '../images/blobs/disk-blob-store.js'
import type { TransferMeter } from '../images/ports.js'
import type { Neighbours } from '../neighbours/neighbours.js'
import type { Core } from '../part.js'
import { FolderBlobDisk } from './blobs/folder-blob-disk.js'
import { systemClock } from './host/clock.js'
import { LoopbackRegistry } from './registry/loopback-registry.js'
import { openRegistry } from './registry/open-registry.js'

export interface ImageWorldOptions {
  stateDir: string
  // The board's root folder as this process reaches it.
  root: string
  meter: TransferMeter
  // Absent: the device keeps to itself.
  neighbours?: Neighbours
  // Absent: nobody brings any.
  bundles?: BundleShelf
}

export async function openImageWorld(
  { cloud, engine, log }: Pick<Core, 'cloud' | 'engine' | 'log'>,
  { stateDir, root, meter, neighbours, bundles }: ImageWorldOptions,
): Promise<ImageWorld> {
  const registry = openRegistry({ cloud, engine, clock: systemClock, certificates: join(root, 'etc/docker/certs.d') })
  const disk = await FolderBlobDisk.open(join(stateDir, 'blobs'))
  const sources = [...(bundles ? [bundles] : []), ...(neighbours ? [neighbours] : []), registry.source]
  const own = await DiskBlobStore.open({ disk, sources, meter, clock: systemClock, log })
  const blobs = bundles ? new BorrowedBlobs(own, bundles, log) : own
  neighbours?.serve(blobs)
  return {
    ...{ blobs, clock: systemClock },
    manifests: bundles?.manifestsBefore(registry.source) ?? registry.source,
    registry: new LoopbackRegistry(),
    finders: [],
    lends: () => neighbours?.isSharing() === true,
    close: async () => {
      await own.close()
      registry.close()
    },
  }
}
