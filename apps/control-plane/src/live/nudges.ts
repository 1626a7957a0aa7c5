import type { BusMessage, LiveBus } from './live-bus.js'

// Messages may be lost without anybody noticing: look by oneself, too.
const LOOK_ANYWAY_MS = 5000

/**
 * Says when to look: once at the start, then whenever a message matches, the bus had a gap, or some seconds went by.
 * However many messages came while the reader was busy, they make one nudge. Ends with the signal.
 *
 *     for await (const _ of nudges(bus, (m) => m.topic === 'change' && m.id === buildId, signal)) yield* newLines()
 */
export async function* nudges(
  bus: LiveBus,
  matches: (message: BusMessage) => boolean,
  signal: AbortSignal,
): AsyncGenerator<void> {
  let isDue = true
  let wake: () => void = () => undefined
  const nudge = () => {
    isDue = true
    wake()
  }
  const unsubscribe = bus.subscribe((message) => matches(message) && nudge(), nudge)
  signal.addEventListener('abort', nudge)
  const timer = setInterval(nudge, LOOK_ANYWAY_MS)
  try {
    while (!signal.aborted) {
      if (!isDue) await new Promise<void>((resolve) => (wake = resolve))
      isDue = false
      if (!signal.aborted) yield
    }
  } finally {
    clearInterval(timer)
    signal.removeEventListener('abort', nudge)
    unsubscribe()
  }
}
