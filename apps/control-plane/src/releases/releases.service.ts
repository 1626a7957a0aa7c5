import type { ComposeSpec, Platform, ReleaseStatus } from '@flotilla/contracts'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { notFound } from '../http/problem.js'
import { presentImage } from './release.presenter.js'
import { ReleasesRepository } from './releases.repository.js'

export interface ReleaseContents {
  id: string
  fleetId: string
  version: string
  commit: string
  compose: ComposeSpec
  images: {
    service: string
    platform: Platform
    // host/repository, without tag or digest
    repository: string
    digest: string
    configDigest: string
    sizeBytes: number
    unpackedBytes?: number
    config: Record<string, unknown>
  }[]
}

/** A release as pushes ask for it. */
export interface ReleaseSummary {
  id: string
  version: string
  status: ReleaseStatus
  commit: string
  images: { service: string; platform: Platform; digest: string; sizeBytes: number }[]
}

/** What other features read of releases. */
@Injectable()
export class ReleasesService {
  constructor(
    private readonly releases: ReleasesRepository,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** What a device needs of a release to run it. Never changes but for the version. Throws 404 until it is built. */
  async contents(releaseId: string): Promise<ReleaseContents> {
    const release = await this.releases.find(releaseId)
    if (!release?.compose || !isBuilt(release.status)) throw notFound('release', releaseId)
    const { id, fleetId, version, commit, compose } = release
    const rows = await this.releases.images([releaseId])
    const images = rows.map((image) => ({ ...presentImage(image, this.registryHost), config: image.config }))
    return { id, fleetId, version, commit, compose, images }
  }

  /** The images of the fleet's newest built release before this one, for layer cache and to see what changed. */
  async imagesBefore(releaseId: string) {
    const images = await this.releases.imagesBefore(releaseId)
    return images.map((image) => presentImage(image, this.registryHost))
  }

  /** When the commit of a release was made; undefined where that is not known. */
  async committedAt(releaseId: string): Promise<Date | undefined> {
    return (await this.releases.find(releaseId))?.committedAt ?? undefined
  }

  /** The releases of a commit that devices could run, newest first. */
  async builtOf(fleetId: string, commit: string): Promise<ReleaseSummary[]> {
    const rows = await this.releases.builtOf(fleetId, commit)
    const images = await this.releases.images(rows.map((row) => row.id))
    return rows.map(({ id, version, status }) => ({
      ...{ id, version, status, commit },
      images: images
        .filter((image) => image.releaseId === id)
        .map(({ service, platform, digest, sizeBytes }) => ({
          service,
          platform,
          digest,
          sizeBytes: Number(sizeBytes),
        })),
    }))
  }

  /** Which release has a version; failed ones have none. */
  async ofVersion(fleetId: string, version: string): Promise<{ id: string; commit: string } | undefined> {
    const release = await this.releases.ofVersion(fleetId, version)
    return release ? { id: release.id, commit: release.commit } : undefined
  }

  private get registryHost(): string {
    return new URL(this.config.REGISTRY_URL).host
  }
}

function isBuilt(status: ReleaseStatus): boolean {
  return status === 'draft' || status === 'final'
}
