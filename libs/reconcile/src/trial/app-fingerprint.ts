import type { TargetApp, TargetService } from '@flotilla/contracts'
import { fingerprint } from '../fingerprint.js'
import { imageReference } from '../images.js'
import { saidOfNetwork, saidOfService, saidOfVolume } from '../said-members.js'

// Many rules ask for that of the same few apps in each round, and a small board takes milliseconds for each.
const KNOWN = new WeakMap<TargetApp, string>()

/**
 * What tells one thing to try from another: the release, and what each service is made of, variables included. The
 * app's name, the generation and what is only known about an image (its size) do not count. It is kept on disk.
 */
export function appFingerprint(app: TargetApp): string {
  const known = KNOWN.get(app)
  if (known !== undefined) return known
  const made = fingerprint({
    release: app.release.id,
    services: mapValues(app.services, serviceContent),
    networks: mapValues(app.networks, saidOfNetwork),
    volumes: mapValues(app.volumes, saidOfVolume),
  })
  KNOWN.set(app, made)
  return made
}

/** Whether a service is the same in two releases. */
export function isSameService(a: TargetService, b: TargetService): boolean {
  return fingerprint(serviceContent(a)) === fingerprint(serviceContent(b))
}

function serviceContent({ image, ...spec }: TargetService): Record<string, unknown> {
  return { ...saidOfService(spec), image: imageReference(image) }
}

function mapValues<T, R>(record: Record<string, T>, of: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, of(value)]))
}
