const LEFT_ALONE_MS = 20_000

/**
 * Runs `start` now and again each time the page comes back into sight; the signal aborts some time after it left it.
 * Browsers allow six connections to a server over plain HTTP: tabs in the background must not hold them.
 */
export function whileSeen(start: (signal: AbortSignal) => void): () => void {
  let running: AbortController | undefined
  let leaving: ReturnType<typeof setTimeout> | undefined
  const begin = () => {
    clearTimeout(leaving)
    if (running) return
    running = new AbortController()
    start(running.signal)
  }
  const end = () => {
    clearTimeout(leaving)
    running?.abort()
    running = undefined
  }
  const look = () => {
    if (!document.hidden) begin()
    else leaving = setTimeout(end, LEFT_ALONE_MS)
  }
  document.addEventListener('visibilitychange', look)
  look()
  return () => {
    document.removeEventListener('visibilitychange', look)
    end()
  }
}
