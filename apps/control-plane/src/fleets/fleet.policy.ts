import { Problem } from '../http/problem.js'

/** What a caller hears who wants devices to run a release that they cannot be told to run. */
export function notDeployable(releaseId: string): Problem {
  const sentence = `${releaseId} is not a final, valid release of this fleet; choose one that is.`
  return new Problem('release-not-deployable', 422, sentence)
}
