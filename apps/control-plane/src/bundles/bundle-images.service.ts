import { Injectable, Logger } from '@nestjs/common'
import type { Target } from '@flotilla/contracts'
import { DeltaFailure, FleetRegistry, readImage, type RegistryImage } from '../deltas/index.js'
import { Problem } from '../http/problem.js'
import type { ReleaseContents } from '../releases/index.js'
import type { BundleImage } from './bundle-contents.js'

// Two small documents each.
const AT_ONCE = 4

/** What the images of a release are made of, as the registry has them. */
@Injectable()
export class BundleImages {
  constructor(private readonly registry: FleetRegistry) {}

  /** The images that these targets name. Throws a Problem where the registry lacks one, or is away. */
  async of(release: ReleaseContents, targets: readonly Target[]): Promise<BundleImage[]> {
    const wanted = new Set(targets.flatMap(({ apps }) => apps.flatMap(digestsOf)))
    const images = release.images.filter(({ digest }) => wanted.has(digest))
    const found: BundleImage[] = []
    for (let at = 0; at < images.length; at += AT_ONCE) {
      const some = images.slice(at, at + AT_ONCE).map(async ({ service, platform, repository, digest }) => {
        return { service, platform, repository, ...(await this.read(release.fleetId, digest)) }
      })
      found.push(...(await Promise.all(some)))
    }
    return found
  }

  private async read(fleetId: string, digest: string): Promise<RegistryImage> {
    return readImage(this.registry.reader(fleetId), digest).catch((error: unknown) => {
      throw registryProblem(error)
    })
  }
}

/** What somebody is told whom the registry does not give something. */
export function registryProblem(error: unknown): Problem {
  if (error instanceof DeltaFailure) return new Problem('image-missing', 409, error.message)
  new Logger('bundles').warn({ message: 'registry cannot be used', err: error })
  const detail = 'The registry of the images does not answer; try again in a moment.'
  return new Problem('registry-away', 503, detail, { retryAfterSeconds: 5 })
}

function digestsOf({ services }: Target['apps'][number]): string[] {
  return Object.values(services).map(({ image }) => image.digest)
}
