/*
 * What the image store is made of on a board: blobs in the state folder, the fleet's registry they come from, and the
 * registry on this machine that the engine pulls from.
 */
import { join } from 'node:path'
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
}

export async function openImageWorld(
  { cloud, engine, log }: Pick<Core, 'cloud' | 'engine' | 'log'>,
  { stateDir, root, meter, neighbours }: ImageWorldOptions,
): Promise<ImageWorld> {
  const registry = openRegistry({ cloud, engine, clock: systemClock, certificates: join(root, 'etc/docker/certs.d') })
  const disk = await FolderBlobDisk.open(join(stateDir, 'blobs'))
  const sources = [...(neighbours ? [neighbours] : []), registry.source]
  const blobs = await DiskBlobStore.open({ disk, sources, meter, clock: systemClock, log })
  neighbours?.serve(blobs)
  return {
    ...{ blobs, clock: systemClock },
    manifests: registry.source,
    registry: new LoopbackRegistry(),
    finders: [],
    lends: () => neighbours?.isSharing() === true,
    close: async () => {
      await blobs.close()
      registry.close()
    },
  }
}
