import type { ImageSourcesRequest, ImageSourcesResponse } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { notFound } from '../http/problem.js'
import { cheapestPaths, type Path } from './cheapest-paths.js'
import { type FleetImage, FleetImages } from './fleet-images.repository.js'
import type { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'
import { MakingTimes } from './making-times.repository.js'
import { plainBytes } from './missing-layers.js'
import { isWorthTrying, pairOf, type WantedPair } from './wanted-pairs.js'

const LONGEST_WAITING_MS = 3_600_000

export interface FoundPaths {
  response: ImageSourcesResponse
  // The delta that would help and that nobody has asked for yet.
  unasked?: Omit<WantedPair, 'devices'>
}

interface Journey {
  fleetId: string
  // One for each service that has it.
  images: FleetImage[]
  // What the device has of the fleet, its best guess first.
  have: FleetImage[]
  belowBytes: number
}

/** Finds the ways to an image among the deltas of a fleet. */
@Injectable()
export class ImagePaths {
  constructor(
    private readonly images: FleetImages,
    private readonly deltas: ImageDeltasRepository,
    private readonly times: MakingTimes,
  ) {}

  /** Throws 404 for what is no image of a release of the fleet. */
  async find(fleetId: string, request: ImageSourcesRequest): Promise<FoundPaths> {
    const journey = await this.journey(fleetId, request)
    const ready = await this.deltas.ready(fleetId, [...new Set(journey.images.map(({ platform }) => platform))])
    const have = journey.have.map(({ digest }) => digest)
    const paths = cheapestPaths(ready, { have, to: request.image, belowBytes: journey.belowBytes })
    const known = await this.deltas.into(fleetId, [request.image])
    await this.deltas.touch(fleetId, [...new Set(paths.flatMap(({ deltas }) => deltas.map(({ digest }) => digest)))])
    // Whoever has a direct delta gains nothing by waiting for another.
    if (paths.some(({ deltas }) => deltas.length === 1)) return { response: toResponse(paths) }
    const now = Date.now()
    const pending = known.filter((delta) => isPromising(delta, now) && have.includes(delta.fromDigest))
    if (pending.length === 0) return { response: toResponse(paths), unasked: unaskedPair(journey, known) }
    const retryAfterSeconds = await this.times.secondsUntil(pending.map(({ id }) => id))
    return { response: { ...toResponse(paths), pending: { retryAfterSeconds } } }
  }

  private async journey(fleetId: string, { image, have }: ImageSourcesRequest): Promise<Journey> {
    const known = await this.images.ofFleet(fleetId, [image, ...have])
    const images = known.filter(({ digest }) => digest === image)
    const [first] = images
    if (!first) throw notFound('image', image)
    const platforms = images.map(({ platform }) => platform)
    const own = known
      .filter(({ digest, platform }) => have.includes(digest) && platforms.includes(platform))
      .sort((a, b) => have.indexOf(a.digest) - have.indexOf(b.digest))
    return { fleetId, images, have: own, belowBytes: plainBytes(first, own) }
  }
}

/** From the first image that the device has of the same service; undefined where that is known, or not worth it. */
function unaskedPair({ fleetId, images, have, belowBytes }: Journey, known: readonly ImageDelta[]) {
  if (!isWorthTrying({ plainBytes: belowBytes })) return undefined
  for (const from of have) {
    const to = images.find(({ service, platform }) => service === from.service && platform === from.platform)
    if (!to) continue
    const isKnown = known.some(({ fromDigest }) => fromDigest === from.digest)
    return isKnown ? undefined : pairOf(fleetId, from, to)
  }
  return undefined
}

/** One that nobody takes up is nothing to wait for: no worker runs, or they have too much to do. */
function isPromising({ state, requestedAt }: ImageDelta, now: number): boolean {
  if (state === 'waiting') return now - requestedAt.getTime() < LONGEST_WAITING_MS
  return state === 'making'
}

function toResponse(paths: readonly Path[]): ImageSourcesResponse {
  return { paths: paths.map(({ deltas }) => ({ deltas })) }
}
