import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem, isSignedOut } from './client.js'

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
        retry: (failures, error) => failures < 2 && !isProblem(error),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
}
