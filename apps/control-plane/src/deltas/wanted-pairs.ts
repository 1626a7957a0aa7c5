import type { FleetImage, RunningGroup } from './fleet-images.repository.js'
import type { ImagePair } from './image-delta.entity.js'
import { plainBytes } from './missing-layers.js'

/** Below this, asking for a delta and applying it costs more than it saves. */
export const LEAST_PLAIN_BYTES = 256 * 1024
// Of each service and platform: a long tail of old releases must not keep the workers from what most devices need.
const MOST_SOURCES = 5

export interface WantedPair extends ImagePair {
  // Devices that would go this way.
  devices: number
  // Absent: the layers of one of them are not known.
  plainBytes?: number
}

export interface Sources {
  fleetId: string
  groups: readonly RunningGroup[]
  // Of the groups' releases.
  images: readonly FleetImage[]
}

/** The deltas that are worth making into these images, from those that most devices run. */
export function wantedPairs(into: readonly FleetImage[], sources: Sources): WantedPair[] {
  const pairs = into.flatMap((to) => pairsInto(to, sources).slice(0, MOST_SOURCES))
  const unique = new Map(pairs.map((pair) => [`${pair.fromDigest} ${pair.toDigest}`, pair]))
  return [...unique.values()].sort((a, b) => b.devices - a.devices)
}

/** Most devices first. */
function pairsInto(to: FleetImage, { fleetId, groups, images }: Sources): WantedPair[] {
  const devices = new Map<FleetImage['digest'], { from: FleetImage; devices: number }>()
  for (const group of groups) {
    const from = images.find((image) => image.releaseId === group.releaseId && isSamePlace(image, to))
    if (!from || group.platform !== to.platform || from.digest === to.digest) continue
    devices.set(from.digest, { from, devices: (devices.get(from.digest)?.devices ?? 0) + group.devices })
  }
  return [...devices.values()]
    .sort((a, b) => b.devices - a.devices)
    .map(({ from, devices }) => ({ ...pairOf(fleetId, from, to), devices }))
    .filter(isWorthTrying)
}

export function pairOf(fleetId: string, from: FleetImage, to: FleetImage): Omit<WantedPair, 'devices'> {
  const { service, platform } = to
  const known = from.layers !== null && to.layers !== null
  return {
    ...{ fleetId, service, platform, fromDigest: from.digest, toDigest: to.digest },
    ...(known && { plainBytes: plainBytes(to, [from]) }),
  }
}

/** Where it is not known what the layers come to, whoever makes the delta finds out. */
export function isWorthTrying({ plainBytes = Infinity }: Pick<WantedPair, 'plainBytes'>): boolean {
  return plainBytes >= LEAST_PLAIN_BYTES
}

function isSamePlace(one: FleetImage, other: FleetImage): boolean {
  return one.service === other.service && one.platform === other.platform
}
