import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { isProblem, isSignedOut } from './client.js'
import { keys } from './keys.js'
import type { LineFeed, LineFeedState } from './line-feed.js'
import { whileSeen } from './while-seen.js'

const PAUSE_MS = 3000

/** Runs a feed while the page is seen, again and again where the server cannot be reached. `retry` does so at once. */
export function useLineFeed<Line extends { id: string }>(
  feed: LineFeed<Line>,
): LineFeedState<Line> & { retry: () => void } {
  const queryClient = useQueryClient()
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((count) => count + 1), [])
  useEffect(() => whileSeen((signal) => void feed.run(signal)), [feed, attempt])
  const state = useSyncExternalStore(feed.subscribe, feed.read)
  const { phase, error } = state
  useEffect(() => {
    if (phase !== 'failed') return
    // The question who is signed in finds out that nobody is, and leads to the sign-in page.
    if (isSignedOut(error)) void queryClient.invalidateQueries({ queryKey: keys.whoami })
    if (isProblem(error)) return
    const timer = setTimeout(retry, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [phase, error, retry, queryClient])
  return { ...state, retry }
}
