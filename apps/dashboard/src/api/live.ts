import { followEvents } from '@flotilla/api-client'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { connection, isSignedOut } from './client.js'
import { keys } from './keys.js'
import { concerns } from './live-keys.js'
import { liveStatus } from './live-status.js'
import { Refresher } from './refresher.js'
import { whileSeen } from './while-seen.js'

/** What a page shows, so that changes of it are of interest. */
export interface LiveScope {
  /** A fleet with all that is in it; absent: everything that the user may see. */
  fleet?: string
  /** Of the fleet's devices this one alone; what changes in the fleet itself concerns it too. */
  device?: string
}

/** Keeps everything on the page true while it is open: whatever changes in the scope is read again. */
export function useLiveUpdates(scope: LiveScope | undefined): void {
  const queryClient = useQueryClient()
  const isKnown = scope !== undefined
  const { fleet, device } = scope ?? {}
  useEffect(() => {
    if (isKnown) return whileSeen((signal) => void follow(queryClient, { fleet, device }, signal))
  }, [queryClient, isKnown, fleet, device])
}

async function follow(queryClient: QueryClient, scope: LiveScope, signal: AbortSignal): Promise<void> {
  const refresher = new Refresher(queryClient)
  liveStatus.enter()
  signal.addEventListener('abort', () => {
    refresher.stop()
    liveStatus.leave()
  })
  while (!signal.aborted) {
    try {
      await hear(refresher, scope, signal)
    } catch (error) {
      if (signal.aborted) return
      liveStatus.set('lost')
      // The question who is signed in finds out that nobody is, and leads to the sign-in page.
      if (isSignedOut(error)) void queryClient.invalidateQueries({ queryKey: keys.whoami })
      await pause(signal)
    }
  }
}

/** Passes changes on until the signal aborts. Throws where the server refuses or was never reached. */
async function hear(refresher: Refresher, { fleet, device }: LiveScope, signal: AbortSignal): Promise<void> {
  const begun = Date.now()
  const onOpen = ({ isReconnect }: { isReconnect: boolean }) => {
    // What changed since the page's readings was heard by nobody.
    if (isReconnect || liveStatus.read() === 'lost' || Date.now() - begun > GAP_MS) refresher.everything()
    liveStatus.set('live')
  }
  const watched = { ...connection, fetch: watchedFetch }
  const changes = followEvents(watched, '/api/v1/stream', { params: { query: { fleet } }, signal, onOpen })
  for await (const { event, data } of changes) {
    if (event === 'change' && concerns(data, device)) refresher.add(data)
  }
}

// Every attempt after the first means that the connection was lost.
function watchedFetch(request: Request): Promise<Response> {
  if (liveStatus.read() === 'live') liveStatus.set('lost')
  return fetch(request)
}

// The page reads everything as the stream is opened; a stream that opens this fast leaves no gap worth a second reading.
const GAP_MS = 1000
const PAUSE_MS = 5000

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
