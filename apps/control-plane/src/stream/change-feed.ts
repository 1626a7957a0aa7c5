import type { LiveBus } from '../live/live-bus.js'
import type { Change } from './stream-scope.js'

// A listener that is so far behind is better served by reading everything again.
const MOST_WAITING = 10_000

/**
 * Changes as they are published. Several of one thing that wait make one. Ends with the signal, and where some may have
 * been lost: the listener then comes back and reads everything once, as after any reconnect.
 */
export async function* changeFeed(
  bus: LiveBus,
  isWanted: (change: Change) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  const waiting = new Map<string, Change>()
  let isLost = false
  let wake: () => void = () => undefined
  const lose = () => {
    isLost = true
    wake()
  }
  const unsubscribe = bus.subscribe((message) => {
    if (message.topic !== 'change' || !isWanted(message)) return
    waiting.set(`${message.kind} ${message.id}`, message)
    if (waiting.size > MOST_WAITING) isLost = true
    wake()
  }, lose)
  signal.addEventListener('abort', lose)
  try {
    while (!isLost) {
      if (waiting.size === 0) await new Promise<void>((resolve) => (wake = resolve))
      const batch = [...waiting.values()]
      waiting.clear()
      yield* batch
    }
  } finally {
    signal.removeEventListener('abort', lose)
    unsubscribe()
  }
}
