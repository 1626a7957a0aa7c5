import type { DeviceDownloadCost } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type DeviceRow, TargetReleases } from '../devices/index.js'
import { notFound, Problem } from '../http/problem.js'
import { ReleasesService } from '../releases/index.js'
import { downloadCosts } from './download-cost.js'
import { FleetImages } from './fleet-images.repository.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'

/** What a release would cost one device, by what it last said of itself. */
@Injectable()
export class DeviceDownloadCosts {
  constructor(
    private readonly images: FleetImages,
    private readonly deltas: ImageDeltasRepository,
    private readonly releases: ReleasesService,
    private readonly targets: TargetReleases,
  ) {}

  async of(device: DeviceRow, releaseId: string | undefined): Promise<DeviceDownloadCost> {
    const platform = device.board?.platform
    if (!platform) throw new Problem('device-without-board', 409, 'The device has no board that could fetch anything.')
    const release = await this.release(device, releaseId)
    const images = (await this.images.ofReleases([release.id])).filter((image) => image.platform === platform)
    if (images.length === 0) {
      throw new Problem('release-not-built-for', 409, `Release ${release.version} was not built for ${platform}.`)
    }
    const own = [device.report?.runningReleaseId, device.report?.confirmedReleaseId].flatMap((id) => id ?? [])
    const have = (await this.images.ofReleases([...new Set(own)])).filter((image) => image.platform === platform)
    const costs = downloadCosts(images, have, await this.deltas.ready(device.fleetId, [platform]))
    const bytes = costs.reduce((sum, each) => sum + each.bytes, 0)
    return {
      deviceId: device.id,
      releaseId: release.id,
      version: release.version,
      ...(own[0] !== undefined && { runningReleaseId: own[0] }),
      bytes,
      plainBytes: costs.reduce((sum, each) => sum + each.plainBytes, 0),
      images: costs,
      ...budgetOf(device, bytes),
    }
  }

  /** The one named, which has to be of the device's fleet; else the one that the device should run. */
  private async release(device: DeviceRow, named: string | undefined): Promise<{ id: string; version: string }> {
    const id = named ?? (await this.target(device))
    const release = await this.releases.contents(id)
    if (release.fleetId !== device.fleetId) throw notFound('release', id)
    return release
  }

  private async target({ wantedReleaseId, board }: DeviceRow): Promise<string> {
    const wanted = wantedReleaseId !== null && board ? [{ releaseId: wantedReleaseId, platform: board.platform }] : []
    const [target] = await this.targets.resolve(wanted)
    if (target?.targetReleaseId != null) return target.targetReleaseId
    throw new Problem('nothing-to-run', 409, 'There is no release for the device to run yet; name one.')
  }
}

function budgetOf({ report }: DeviceRow, bytes: number): Pick<DeviceDownloadCost, 'budget'> {
  const transfers = report?.state.transfers
  if (!transfers) return {}
  const { remainingBytes, resetsAt, metered } = transfers
  return {
    budget: { remainingBytes, resetsAt, metered, fits: remainingBytes === undefined || bytes <= remainingBytes },
  }
}
