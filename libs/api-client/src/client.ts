import createClient, { type Client, type Middleware } from 'openapi-fetch'
import type { paths } from './generated/schema.js'

/** How to reach a server. Without a token the browser's session cookie is used. */
export interface ApiConnection {
  // https://flotilla.example.com; '' in pages that the server itself delivers.
  baseUrl: string
  token?: string
  fetch?: (request: Request) => Promise<Response>
}

export type ApiClient = Client<paths>

/**
 * A client with a method per HTTP method: `api.GET('/api/v1/fleets/{id}', { params: { path: { id } } })` resolves to
 * `{ data, error, response }`; `unwrap` makes that the data or a thrown ApiProblem.
 */
export function createApiClient(connection: ApiConnection): ApiClient {
  const { baseUrl, token, fetch } = connection
  const client = createClient<paths>({
    baseUrl,
    credentials: 'same-origin',
    ...(fetch && { fetch }),
    ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
  })
  client.use(idempotent)
  return client
}

// Whoever sends a request once more (a proxy, a retrying fetch) makes nothing twice.
const idempotent: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'POST' || request.headers.has('Idempotency-Key')) return
    request.headers.set('Idempotency-Key', randomKey())
  },
}

function randomKey(): string {
  // crypto.randomUUID is missing in pages from a plain http address, which is how many first meet their server.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
