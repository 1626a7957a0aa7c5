/** Why a build cannot succeed, however often it is tried: a stable code and a sentence that says what to do. */
export class BuildFailure extends Error {
  constructor(
    readonly code: string,
    readonly reason: string,
    readonly service?: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${reason}`, options)
  }
}

/** Somebody cancelled the build, or its time is over: stop, clean up, report nothing. */
export class BuildAborted extends Error {}
