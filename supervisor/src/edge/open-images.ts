/*
 * How images come to a board: the image store, and the deltas between what the engine has and what it is to have.
 */
import { join } from 'node:path'
import { openDeltas } from '../images/deltas/open-deltas.js'
import type { ImageWorld } from '../images/images-part.js'
import type { Core } from '../part.js'
import { dockerClient, type EngineAddress } from './docker/docker-client.js'
import { DockerImageOpener } from './docker/sources/docker-image-opener.js'
import { openImageWorld, type ImageWorldOptions } from './image-world.js'
import { SkeletonFolder } from './skeletons/skeleton-folder.js'

export interface ImageOptions extends ImageWorldOptions {
  engine: EngineAddress
}

export async function openImages(core: Core, options: ImageOptions): Promise<ImageWorld> {
  const { stateDir, root, engine } = options
  const { deviceId } = core.registration
  const world = await openImageWorld(core, options)
  // Large files of an image pass through it, too: on the board's disk, not in a /tmp that may be memory.
  const tempFolder = join(stateDir, 'skeletons')
  const shelf = await SkeletonFolder.open(tempFolder)
  const images = new DockerImageOpener(dockerClient(engine), { deviceId, root, tempFolder })
  const deltas = await openDeltas(core, {
    ...{ blobs: world.blobs, images, shelf },
    bundled: () => options.bundles?.deltas() ?? [],
  })
  return { ...world, finders: [...world.finders, deltas.finder], parts: [...(world.parts ?? []), deltas.part] }
}
