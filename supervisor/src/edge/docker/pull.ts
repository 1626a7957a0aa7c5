/*
 * One pull of one image by digest, watched.
 */
import type Docker from 'dockerode'
import { z } from 'zod'
import type { PullOptions } from '../../ports.js'
import { jsonObjects } from './json-stream.js'
import { PullProgress } from './pull-progress.js'

// The engine tells of every bit of download and unpacking; silence for this long is a hung engine.
const SILENCE_MS = 600_000

export const PullEventSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
})

export async function pullImage(docker: Docker, image: string, options: PullOptions): Promise<void> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(new Error('The engine said nothing for too long')), SILENCE_MS)
  try {
    const stream = await docker.pull(image, {
      authconfig: { registrytoken: options.token },
      abortSignal: AbortSignal.any([options.signal, silence.signal]),
    })
    const progress = new PullProgress(options.sizeBytes, options.onProgress)
    for await (const event of jsonObjects(stream as AsyncIterable<Buffer>)) {
      timer.refresh()
      // A failed pull answers 200 all the same; only this tells.
      const { error, ...rest } = PullEventSchema.parse(event)
      if (error !== undefined) throw new Error(error)
      progress.add(rest)
    }
  } catch (cause) {
    throw new Error(`Could not pull ${image}`, { cause: silence.signal.aborted ? silence.signal.reason : cause })
  } finally {
    clearTimeout(timer)
  }
}
