import { isProblem } from './client.js'

/** Any failure as a sentence for people. */
export function describeFailure(error: unknown): string {
  if (isProblem(error)) return error.detail
  // fetch() says no more than this of a server that does not answer.
  if (error instanceof TypeError) return 'The server does not answer. Check the connection and try again.'
  return 'Something went wrong in the dashboard. Try again; if it stays, load the page anew.'
}

/** What an answer says of single fields: name of the top-level member → sentence. */
export function fieldFailures(error: unknown): Record<string, string> {
  const issues = (isProblem(error) ? error.problem?.issues : undefined) ?? []
  const found: Record<string, string> = {}
  for (const { path, message } of issues) {
    const [, field] = path.split('/')
    if (field && !(field in found)) found[field] = message
  }
  return found
}
