/*
 * Bodies that are too large to be held: read as they come, from callers who may be slow, silent, or not to be stopped.
 */
import type { IncomingMessage } from 'node:http'
import { LocalProblem } from '../../local-api/local-request.js'

// Slower than any link that a bundle could come over in a day.
const PATIENCE_MS = 30_000
const PATIENCE_BYTES = 64 * 1024

// What a browser or curl has on its way when it is told no: it reads the answer only then.
const DRAINED_BYTES = 16 * 1024 * 1024
const DRAINED_MS = 5_000

/** Rejects with `too-slow` where next to nothing comes. Ended early, it leaves the connection open for the answer. */
export async function* readSteadily(request: IncomingMessage, patienceMs = PATIENCE_MS): AsyncGenerator<Uint8Array> {
  // Of the time alone in which the caller was waited for: the disk here may be slow, too.
  let waitedMs = 0
  let bytes = 0
  const chunks = request.iterator({ destroyOnReturn: false })
  try {
    for (;;) {
      const since = performance.now()
      const next = (await within(patienceMs - waitedMs, chunks.next())) as IteratorResult<Buffer>
      if (next.done) return
      waitedMs += performance.now() - since
      bytes += next.value.length
      if (bytes >= PATIENCE_BYTES) waitedMs = bytes = 0
      yield next.value
    }
  } finally {
    // It waits for a read that is under way.
    void chunks.return?.(undefined).catch(() => undefined)
  }
}

/** Takes the rest and throws it away, as far as that is reasonable. */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.destroyed) return
  let bytes = 0
  const timer = setTimeout(() => request.destroy(), DRAINED_MS)
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > DRAINED_BYTES) request.destroy()
  })
  await new Promise((resolve) => request.once('end', resolve).once('close', resolve))
  clearTimeout(timer)
}

async function within<T>(ms: number, result: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const tell = () => reject(new LocalProblem(408, 'too-slow', 'Too little has come for half a minute.'))
    timer = setTimeout(tell, Math.max(0, ms))
  })
  try {
    return await Promise.race([result, late])
  } finally {
    clearTimeout(timer)
  }
}
