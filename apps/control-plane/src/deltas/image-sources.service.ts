import type { ImageSourcesRequest, ImageSourcesResponse } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { KnownDevice } from '../hardware/index.js'
import { DemandedDeltas } from './demanded-deltas.service.js'
import { ImagePaths } from './image-paths.service.js'
import { RecentAnswers } from './recent-answers.js'

// A fleet comes for a release all at once, and most of its devices have the same to start from.
const KEEP_MS = 3_000
const MOST_KEPT = 2_000

/** Tells devices the cheaper ways to an image, and has one made where there is none. */
@Injectable()
export class ImageSources {
  private readonly recent = new RecentAnswers<Awaited<ReturnType<ImagePaths['find']>>>(KEEP_MS, MOST_KEPT)

  constructor(
    private readonly paths: ImagePaths,
    private readonly demanded: DemandedDeltas,
  ) {}

  async answer(device: KnownDevice, request: ImageSourcesRequest): Promise<ImageSourcesResponse> {
    const key = `${device.fleetId} ${request.image} ${request.have.join(' ')}`
    const find = () => this.paths.find(device.fleetId, request)
    const found = await this.recent.get(key, Date.now(), find)
    if (!found.unasked || !(await this.demanded.request(device, found.unasked))) return found.response
    // It is pending from now on.
    const { response } = await find()
    this.recent.forget(key)
    return response
  }
}
