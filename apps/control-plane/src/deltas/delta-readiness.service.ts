import { Injectable } from '@nestjs/common'
import { FleetImages } from './fleet-images.repository.js'
import type { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'
import { MakingTimes } from './making-times.repository.js'

/** How far the deltas into the images of a release are. */
export interface DeltaReadiness {
  // Waiting or being made. 0: what the release costs changes no more, whatever came of them.
  pending: number
  ready: number
  notWorthIt: number
  failed: number
  // Of the ready ones together.
  readyBytes: number
  // About how long until none is pending.
  readyInSeconds?: number
}

/** For whoever wants to wait until a release costs as little as it will, or to know that it need not wait. */
@Injectable()
export class DeltaReadinesses {
  constructor(
    private readonly images: FleetImages,
    private readonly deltas: ImageDeltasRepository,
    private readonly times: MakingTimes,
  ) {}

  async of(release: { id: string; fleetId: string }): Promise<DeltaReadiness> {
    const images = await this.images.ofReleases([release.id])
    const deltas = await this.deltas.into(
      release.fleetId,
      images.map(({ digest }) => digest),
    )
    const open = deltas.filter(({ state }) => state === 'waiting' || state === 'making')
    const ready = inState(deltas, 'ready')
    return {
      pending: open.length,
      ready: ready.length,
      notWorthIt: inState(deltas, 'not-worth-it').length,
      failed: inState(deltas, 'failed').length,
      readyBytes: ready.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes), 0),
      ...(open.length > 0 && { readyInSeconds: await this.times.secondsUntil(open.map(({ id }) => id)) }),
    }
  }
}

function inState(deltas: readonly ImageDelta[], state: ImageDelta['state']): ImageDelta[] {
  return deltas.filter((delta) => delta.state === state)
}
