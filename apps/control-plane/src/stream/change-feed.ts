import { setTimeout as sleep } from 'node:timers/promises'
import type { LiveBus } from '../live/live-bus.js'
import type { Change } from './stream-scope.js'

// A listener that is so far behind is better served by reading everything again.
const MOST_WAITING = 4_000
// Of a large fleet something changes all the time; each that listens is told of all of it, but not of each by itself.
const APART_MS = 500

/**
 * Changes as they are published, the first at once, those that follow together now and then. Several of one thing that
 * wait make one. Ends with the signal, and where some may have been lost: the listener then comes back and reads
 * everything once, as after any reconnect.
 */
export async function* changeFeed(
  bus: LiveBus,
  isWanted: (change: Change) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Change[]> {
  const waiting = new Map<string, Change>()
  let isLost = false
  let wake: () => void = () => undefined
  const lose = () => {
    isLost = true
    waiting.clear()
    wake()
  }
  const unsubscribe = bus.subscribe((message) => {
    if (isLost || message.topic !== 'change' || !isWanted(message)) return
    waiting.set(`${message.kind} ${message.id}`, message)
    if (waiting.size > MOST_WAITING) lose()
    else wake()
  }, lose)
  signal.addEventListener('abort', lose)
  try {
    while (!isLost) {
      if (waiting.size === 0) await new Promise<void>((resolve) => (wake = resolve))
      const batch = [...waiting.values()]
      waiting.clear()
      if (batch.length > 0) yield batch
      await sleep(APART_MS, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    signal.removeEventListener('abort', lose)
    unsubscribe()
  }
}
