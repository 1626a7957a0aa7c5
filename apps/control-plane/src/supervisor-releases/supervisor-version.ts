/** The config variable, of a fleet or a device, that says which supervisor devices should run. Absent: what they have. */
export const SUPERVISOR_VERSION = 'FLOTILLA_SUPERVISOR_VERSION'

/** Its value for: whatever this control plane was built with, also after the next upgrade. */
export const LATEST = 'latest'

// supervisor/build.mjs puts it into the first lines.
const MARK = /^\/\/ flotilla-supervisor ([\w.+-]{1,64})$/m

export function versionOfBundle(bytes: Buffer): string {
  return MARK.exec(bytes.subarray(0, 512).toString())?.[1] ?? 'unknown'
}
