/*
 * The images in a Docker engine: what there are, under which names, and how they come and go.
 */
import type Docker from 'dockerode'
import type { EngineImage } from '../../images/ports.js'
import { orAlreadySo, statusOf } from './engine-errors.js'
import { candidates, namesOf, tagOf } from './image-names.js'

// A Pi with a slow card takes its time to remove an image.
const TIMEOUT_MS = 300_000

export async function listImages(docker: Docker): Promise<EngineImage[]> {
  const listed = await docker.listImages({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
  const images = await Promise.all(listed.map((image) => lookInto(docker, image)))
  return images.flat()
}

/** Empty: it has gone since it was listed, or is spoiled. */
async function lookInto(docker: Docker, listed: Docker.ImageInfo): Promise<EngineImage[]> {
  try {
    const { RootFS: root } = await docker.getImage(listed.Id).inspect()
    return [{ id: listed.Id, names: namesOf(listed), diffIds: root.Layers ?? [] }]
  } catch (error) {
    if (statusOf(error) === undefined) throw error
    return []
  }
}

export async function nameImage(docker: Docker, name: string, image: string): Promise<void> {
  const from = await engineName(docker, name)
  await docker.getImage(from).tag({ ...tagOf(image), abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
}

/** The name that this image has in the engine; it has none: the one that it would have got from its registry. */
export async function engineName(docker: Docker, image: string): Promise<string> {
  for (const name of candidates(image)) {
    try {
      await docker.getImage(name).inspect()
      return name
    } catch (error) {
      if (statusOf(error) === undefined) throw error
    }
  }
  return image
}

/** By each name that it may have; the image goes with the last one. */
export async function removeImage(docker: Docker, image: string, { force = false } = {}): Promise<void> {
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS)
  for (const name of candidates(image)) {
    await orAlreadySo(docker.getImage(name).remove({ force, abortSignal }), 404)
  }
}
