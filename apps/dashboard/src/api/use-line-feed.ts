import { useEffect, useState, useSyncExternalStore } from 'react'
import type { LineFeed, LineFeedState } from './line-feed.js'
import { whileSeen } from './while-seen.js'

/** Runs a feed while the page is seen. `retry` runs it again after a failure. */
export function useLineFeed<Line extends { id: string }>(
  feed: LineFeed<Line>,
): LineFeedState<Line> & { retry: () => void } {
  const [attempt, setAttempt] = useState(0)
  useEffect(() => whileSeen((signal) => void feed.run(signal)), [feed, attempt])
  const state = useSyncExternalStore(feed.subscribe, feed.read)
  return { ...state, retry: () => setAttempt((count) => count + 1) }
}
