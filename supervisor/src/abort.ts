/**
 * Runs `use` with a controller of its own that also aborts when `parent` does. AbortSignal.any() would not do:
 * in Node 20 it never lets go of a parent that lives as long as the process (2 KB for every request of every loop), and
 * it forgets to abort where the garbage collector takes a source that nobody else holds.
 */
export async function withAbort<T>(
  parent: AbortSignal | undefined,
  use: (controller: AbortController) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const follow = () => controller.abort(parent?.reason)
  if (parent?.aborted) follow()
  parent?.addEventListener('abort', follow, { once: true })
  try {
    return await use(controller)
  } finally {
    parent?.removeEventListener('abort', follow)
  }
}
