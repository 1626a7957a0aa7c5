import { isProblem } from '../../api/client.js'
import { describeFailure } from '../../api/failure.js'

/** What to tell somebody who could not sign in. */
export function signInFailure(error: unknown): string {
  if (isProblem(error, 401)) return 'This email and password do not belong together. Check both and try again.'
  return describeFailure(error)
}
