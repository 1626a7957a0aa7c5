import { type ApiClient, type ApiConnection, createApiClient } from '@flotilla/api-client'
import type { Io } from '../io.js'
import { reachingFetch } from './reach.js'

export type Api = ApiClient

/** How this run reaches a server. */
export function connectionTo(server: string, token: string | undefined, io: Io): ApiConnection {
  return { baseUrl: server, token, fetch: reachingFetch(server, io) }
}

export function connect(server: string, token: string | undefined, io: Io): Api {
  return createApiClient(connectionTo(server, token, io))
}
