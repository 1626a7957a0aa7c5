/*
 * One pull of one image by digest, from whatever registry, watched.
 */
import type Docker from 'dockerode'
import { execFile } from 'node:child_process'
import { z } from 'zod'
import { withAbort } from '../../abort.js'
import type { PullOptions } from '../../ports.js'
import { jsonObjects } from './json-stream.js'
import { PullProgress } from './pull-progress.js'

// The engine tells of every bit of download and unpacking; silence for this long is a hung engine.
const SILENCE_MS = 600_000

const PullEventSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
})

export function pullFrom(docker: Docker, image: string, options: PullOptions): Promise<void> {
  return withAbort(options.signal, async (controller) => {
    const timer = setTimeout(() => controller.abort(new Error('The engine said nothing for too long')), SILENCE_MS)
    try {
      await follow(docker, image, { ...options, signal: controller.signal }, () => timer.refresh())
      await haveIt(docker, image)
    } catch (cause) {
      const { aborted, reason } = controller.signal as { aborted: boolean; reason: unknown }
      throw new Error(`Could not pull ${image}`, { cause: aborted ? reason : cause })
    } finally {
      clearTimeout(timer)
    }
  })
}

/**
 * An image whose layers a power cut has spoiled counts as there when it is pulled, and yet cannot be used: it has to go
 * before it can come again. And the engine does not sync what it unpacks.
 */
async function haveIt(docker: Docker, image: string): Promise<void> {
  await syncDisks()
  try {
    await docker.getImage(image).inspect()
  } catch (cause) {
    await docker.getImage(image).remove({ force: true })
    throw new Error('It was spoiled, and has been removed', { cause })
  }
}

/** A system without that program loses nothing but this. */
function syncDisks(): Promise<void> {
  return new Promise((resolve) => execFile('sync', () => resolve()))
}

async function follow(docker: Docker, image: string, options: PullOptions, hear: () => void): Promise<void> {
  const { token, signal, sizeBytes, onBytes = () => undefined } = options
  const authconfig = token === undefined ? undefined : { registrytoken: token }
  const stream = await docker.pull(image, { ...(authconfig && { authconfig }), abortSignal: signal })
  const progress = new PullProgress(sizeBytes, onBytes)
  for await (const event of jsonObjects(stream as AsyncIterable<Buffer>)) {
    hear()
    // A failed pull answers 200 all the same; only this tells.
    const { error, ...layer } = PullEventSchema.parse(event)
    if (error !== undefined) throw new Error(error)
    progress.add(layer)
  }
}
