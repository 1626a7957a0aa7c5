import { canonicalJson, NetworkSpecSchema, ServiceSpecSchema, VolumeSpecSchema } from '@flotilla/contracts'

/*
 * Members that say no more than their default do not count in any fingerprint: a supervisor that knows more fields than
 * the one before must not see a change in everything.
 */

const SERVICE = defaultsOf(ServiceSpecSchema.parse({}))
const NETWORK = defaultsOf(NetworkSpecSchema.parse({}))
const VOLUME = defaultsOf(VolumeSpecSchema.parse({}))

export function saidOfService(spec: object): Record<string, unknown> {
  return said(spec, SERVICE)
}

export function saidOfNetwork(spec: object): Record<string, unknown> {
  return said(spec, NETWORK)
}

export function saidOfVolume(spec: object): Record<string, unknown> {
  return said(spec, VOLUME)
}

// As text, ready to be compared.
function defaultsOf(spec: object): Map<string, string> {
  return new Map(Object.entries(spec).map(([key, value]) => [key, canonicalJson(value)]))
}

function said(spec: object, defaults: Map<string, string>): Record<string, unknown> {
  const members = Object.entries(spec).filter(
    ([key, value]) => value !== undefined && canonicalJson(value) !== defaults.get(key),
  )
  return Object.fromEntries(members)
}
