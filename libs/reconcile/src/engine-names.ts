/*
 * What things are called in the engine. Two devices may share one engine (a developer's machine), so every name carries
 * the device; none carries the release, so that volumes and networks outlive it.
 */

export function volumeName(deviceId: string, appId: string, key: string): string {
  return engineName(deviceId, appId, key)
}

export function networkName(deviceId: string, appId: string, key: string): string {
  return engineName(deviceId, appId, key)
}

/** Ends in the spec's hash: the engine then refuses a second container of one spec, and two specs never collide. */
export function containerName(deviceId: string, appId: string, service: string, specHash: string): string {
  return engineName(deviceId, appId, `${service}-${specHash.slice(0, 8)}`)
}

function engineName(deviceId: string, appId: string, key: string): string {
  return `flotilla-${uuidTail(deviceId)}-${uuidTail(appId)}-${key}`
}

// The last 12 digits are random in every kind of uuid; the first ones are a date in version 7.
function uuidTail(uuid: string): string {
  return uuid.slice(-12)
}
