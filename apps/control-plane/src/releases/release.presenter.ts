import type { Platform, ReleaseView } from '@flotilla/contracts'
import type { ReleaseImage } from './release-image.entity.js'
import type { ReleaseRow } from './release-views.repository.js'

export function presentRelease(row: ReleaseRow, images: readonly ReleaseImage[], registryHost: string): ReleaseView {
  return {
    id: row.id,
    fleetId: row.fleetId,
    version: row.version,
    status: row.status,
    commit: row.commit,
    ...(row.branch !== null && { branch: row.branch }),
    ...(row.message !== null && { message: row.message }),
    ...(row.author !== null && { author: row.author }),
    ...(row.buildId !== null && { buildId: row.buildId }),
    ...(row.failureReason !== null && { failureReason: row.failureReason }),
    ...(row.invalidatedAt && { invalidatedAt: row.invalidatedAt.toISOString() }),
    images: images.map((image) => presentImage(image, registryHost)),
    deviceCounts: {
      targeted: row.targeted,
      running: row.running,
      confirmed: row.confirmed,
      rejected: row.rejected,
    },
    createdAt: row.createdAt.toISOString(),
    ...(row.finalizedAt && { finalizedAt: row.finalizedAt.toISOString() }),
  }
}

/** `repository` with the host under which the registry is reached today. */
export function presentImage(image: ReleaseImage, registryHost: string) {
  const { service, digest, configDigest } = image
  const platform: Platform = image.platform
  const repository = `${registryHost}/${image.repository}`
  const unpacked = image.unpackedBytes !== null && { unpackedBytes: Number(image.unpackedBytes) }
  return { service, platform, repository, digest, configDigest, sizeBytes: Number(image.sizeBytes), ...unpacked }
}
