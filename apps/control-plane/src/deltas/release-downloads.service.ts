import type { ImageDownload, Platform, ReleaseDownloads } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { DeltaReadinesses } from './delta-readiness.service.js'
import { downloadCosts, type ImageCost } from './download-cost.js'
import { type FleetImage, FleetImages, type RunningGroup } from './fleet-images.repository.js'
import type { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'
import type { SeenRelease } from './release-deltas.service.js'

/** What the devices of one group fetch, image by image. */
interface GroupCost {
  group: RunningGroup
  have: FleetImage[]
  costs: ImageCost[]
}

/** What a release costs the devices of its fleet, by what they run now. */
@Injectable()
export class ReleaseDownloadCosts {
  constructor(
    private readonly images: FleetImages,
    private readonly deltas: ImageDeltasRepository,
    private readonly readiness: DeltaReadinesses,
  ) {}

  async of(release: SeenRelease): Promise<ReleaseDownloads> {
    const images = await this.images.ofReleases([release.id])
    const groups = await this.groupCosts(release.fleetId, images)
    const digests = images.map(({ digest }) => digest)
    const known = await this.deltas.into(release.fleetId, digests)
    const { pending, ready, notWorthIt, failed, readyInSeconds } = await this.readiness.of(release)
    return {
      releaseId: release.id,
      version: release.version,
      totals: totalsOf(groups),
      deltas: { pending, ready, notWorthIt, failed, readyInSeconds },
      images: images.map((image) => presentImage(image, groups, known)),
    }
  }

  private async groupCosts(fleetId: string, images: FleetImage[]): Promise<GroupCost[]> {
    const platforms = [...new Set(images.map(({ platform }) => platform))]
    const groups = (await this.images.running(fleetId)).filter(({ platform }) => platforms.includes(platform))
    const running = await this.images.ofReleases(groups.flatMap(({ releaseId }) => releaseId ?? []))
    const ready = await this.deltas.ready(fleetId, platforms)
    return groups.map((group) => {
      const have = running.filter(
        ({ releaseId, platform }) => releaseId === group.releaseId && platform === group.platform,
      )
      return { group, have, costs: downloadCosts(of(images, group.platform), have, ready) }
    })
  }
}

function of(images: readonly FleetImage[], platform: Platform): FleetImage[] {
  return images.filter((image) => image.platform === platform)
}

function totalsOf(groups: readonly GroupCost[]): ReleaseDownloads['totals'] {
  const each = groups.map(({ group, costs }) => ({
    devices: group.devices,
    bytes: costs.reduce((sum, { bytes }) => sum + bytes, 0),
    plainBytes: costs.reduce((sum, { plainBytes }) => sum + plainBytes, 0),
  }))
  const sum = (of: (one: (typeof each)[number]) => number) => each.reduce((total, one) => total + of(one), 0)
  return {
    devices: sum(({ devices }) => devices),
    devicesWithAll: sum(({ devices, bytes }) => (bytes === 0 ? devices : 0)),
    bytes: sum(({ devices, bytes }) => devices * bytes),
    plainBytes: sum(({ devices, plainBytes }) => devices * plainBytes),
    mostBytes: Math.max(0, ...each.map(({ bytes }) => bytes)),
  }
}

function presentImage(
  image: FleetImage,
  groups: readonly GroupCost[],
  known: readonly ImageDelta[],
): ReleaseDownloads['images'][number] {
  const { service, platform, digest, sizeBytes, unpackedBytes } = image
  const sources = groups
    .filter(({ group }) => group.platform === platform)
    .flatMap((group) => presentSource(image, group, known) ?? [])
  return { service, platform, digest, sizeBytes, ...(unpackedBytes !== null && { unpackedBytes }), sources }
}

function presentSource(
  { service, digest }: FleetImage,
  { group, have, costs }: GroupCost,
  known: readonly ImageDelta[],
): ImageDownload | undefined {
  const cost = costs.find((each) => each.service === service)
  if (!cost) return undefined
  const from = have.find((image) => image.service === service)
  const delta = known.find(({ fromDigest, toDigest }) => fromDigest === from?.digest && toDigest === digest)
  return {
    ...(group.releaseId !== null && { releaseId: group.releaseId }),
    ...(group.version !== null && { version: group.version }),
    ...(from && { digest: from.digest }),
    devices: group.devices,
    way: cost.way,
    bytes: cost.bytes,
    plainBytes: cost.plainBytes,
    ...(cost.deltas !== undefined && { deltas: cost.deltas }),
    ...(delta && { delta: stateOf(delta) }),
  }
}

function stateOf({ state, sizeBytes, reason }: ImageDelta): ImageDownload['delta'] {
  return { state, ...(sizeBytes !== null && { sizeBytes: Number(sizeBytes) }), ...(reason !== null && { reason }) }
}
