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

export function diskFull(service: string): BuildFailure {
  const reason = "The builder's disk is full; free space on it or lower BUILDER_DISK_LIMIT_BYTES."
  return new BuildFailure('builder-disk-full', reason, service)
}

export function isDiskFull(text: string): boolean {
  return /no space left on device/i.test(text)
}
