import type Docker from 'dockerode'
import { splitTag } from './engine.js'

/**
 * Keeps the builder's disk bounded, touching only what builds made: images under fleets' repositories of the registry
 * that they are pushed to, and the engine's build cache.
 */
export async function tidyImages(docker: Docker, keep: ReadonlySet<string>): Promise<void> {
  const repositories = new Set([...keep].map((tag) => splitTag(tag)[0]))
  const images = await docker.listImages()
  const stale = images
    .flatMap((image) => image.RepoTags ?? [])
    .filter((tag) => repositories.has(splitTag(tag)[0]) && !keep.has(tag))
  // One in use, or already gone, is somebody else's matter.
  for (const tag of stale)
    await docker
      .getImage(tag)
      .remove()
      .catch(() => undefined)
}

/** Shrinks the build cache until cache and images together fit under the limit, if need be to nothing. */
export async function boundDisk(docker: Docker, limitBytes: number): Promise<void> {
  const usage = (await docker.df()) as { LayersSize: number; BuildCache?: { Size: number }[] | null }
  const cache = (usage.BuildCache ?? []).reduce((sum, entry) => sum + entry.Size, 0)
  if (usage.LayersSize + cache <= limitBytes) return
  const keepStorage = Math.max(1, limitBytes - usage.LayersSize)
  await pruneCache(docker, keepStorage)
}

// dockerode's pruneBuilder() passes no options on.
async function pruneCache(docker: Docker, keepStorage: number): Promise<void> {
  const modem = docker.modem as { dial(options: object, done: (error: Error | null) => void): void }
  await new Promise<void>((resolve, reject) => {
    modem.dial(
      {
        path: '/build/prune?',
        method: 'POST',
        options: { 'keep-storage': keepStorage, all: true },
        statusCodes: { 200: true, 500: 'server error' },
      },
      (error) => (error ? reject(error) : resolve()),
    )
  })
}
