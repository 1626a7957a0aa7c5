import { ApiProblem, createApiClient, unwrap, type ApiConnection } from '@flotilla/api-client'

/** The server that delivered the page; it knows the browser by its session cookie. */
export const connection: ApiConnection = { baseUrl: '' }

export const api = createApiClient(connection)

/** The data of an answer; throws an ApiProblem where it is none. */
export const answer = unwrap

/** Whether an error is the server's answer and not a lost connection; with `status`, that one. */
export function isProblem(error: unknown, status?: number): error is ApiProblem {
  return error instanceof ApiProblem && (status === undefined || error.status === status)
}

/** Whether an error says that nobody is signed in any more. A wrong password is a 401 too, and is not that. */
export function isSignedOut(error: unknown): boolean {
  return isProblem(error, 401) && error.code === 'not-signed-in'
}
