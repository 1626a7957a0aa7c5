import { Readable } from 'node:stream'
import { Injectable } from '@nestjs/common'
import { DeltaFailure, FleetImages, FleetRegistry } from '../deltas/index.js'
import { notFound } from '../http/problem.js'
import { registryProblem } from './bundle-images.service.js'

/** A blob, or the part of it that was asked for. */
export interface BlobAnswer {
  status: number
  // Those of the answer that say which bytes these are.
  headers: Record<string, string>
  body: Readable
}

const RANGE_HEADERS = ['content-length', 'content-range', 'accept-ranges']

/**
 * The blobs in a fleet's repository: what its images and deltas are made of. The registry itself sees to it that no
 * other fleet's are among them; a manifest it only gives by another path.
 */
@Injectable()
export class FleetBlobs {
  constructor(
    private readonly images: FleetImages,
    private readonly registry: FleetRegistry,
  ) {}

  async open(fleetId: string, digest: string, range: string | undefined, signal: AbortSignal): Promise<BlobAnswer> {
    const repository = this.registry.reader(fleetId, signal)
    try {
      const isManifest = (await this.images.ofFleet(fleetId, [digest])).length > 0
      if (isManifest) return wholeAnswer(Buffer.from(await repository.manifest(digest)))
      return toAnswer(await repository.part(digest, range))
    } catch (error) {
      if (error instanceof DeltaFailure) throw notFound('blob', digest)
      throw registryProblem(error)
    }
  }
}

/** A manifest is small: whoever asks for a part of it gets all. */
function wholeAnswer(bytes: Buffer): BlobAnswer {
  return { status: 200, headers: { 'content-length': String(bytes.length) }, body: Readable.from([bytes]) }
}

function toAnswer({ status, headers, body }: Response): BlobAnswer {
  const kept = RANGE_HEADERS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return {
    status,
    headers: Object.fromEntries(kept),
    body: body ? Readable.fromWeb(body) : Readable.from([]),
  }
}
