/** git has said itself what went wrong; its exit status becomes ours. */
export class GitFailed extends Error {
  constructor(readonly status: number) {
    super(`git ended with exit status ${status}`)
  }
}
