import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem, isSignedOut } from './client.js'

const RETRIES = 4
const FIRST_RETRY_MS = 400

/** `onSignedOut` runs whenever an answer says that the session is over. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (isSignedOut(error)) onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // Changes are told live; this only spares a page that is left and entered again.
        staleTime: 5_000,
        // What the server said it says again; a lost connection, or its database, may be back in a moment.
        retry: (failures, error) => failures < RETRIES && (!isProblem(error) || error.status === 503),
        retryDelay: (failures) => FIRST_RETRY_MS * 2 ** failures,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
}
