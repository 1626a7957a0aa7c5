import type { ServerResponse } from 'node:http'

// Streams are few: who takes nothing of one for so long is not there any more, though the connection is.
const PATIENCE_MS = 60_000

/** Resolves when more may be written, or the connection has ended; ends it where nothing is taken. */
export async function drained(response: ServerResponse, patienceMs = PATIENCE_MS): Promise<void> {
  if (response.closed) return
  const timer = setTimeout(() => response.destroy(), patienceMs)
  await new Promise<void>((resolve) => {
    const goOn = () => {
      response.off('drain', goOn).off('close', goOn)
      resolve()
    }
    response.on('drain', goOn).on('close', goOn)
  })
  clearTimeout(timer)
}
