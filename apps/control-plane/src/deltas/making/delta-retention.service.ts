import { Injectable, Logger } from '@nestjs/common'
import { ImageDeltasRepository } from '../image-deltas.repository.js'
import { FleetRegistry } from './fleet-registry.js'
import { type SpentDelta, SpentDeltas } from './spent-deltas.repository.js'

// What is left over follows with the next run.
const MOST_AT_ONCE = 500

/** Removes deltas that nobody needs any more, from the registry first: without its row a blob would stay there. */
@Injectable()
export class DeltaRetention {
  private readonly log = new Logger('deltas')

  constructor(
    private readonly spent: SpentDeltas,
    private readonly deltas: ImageDeltasRepository,
    private readonly registry: FleetRegistry,
  ) {}

  async run(now = new Date()): Promise<void> {
    for (const delta of await this.spent.find(now, MOST_AT_ONCE)) {
      try {
        await this.remove(delta)
      } catch (err) {
        // The registry is away: all of them stay for the next run.
        return this.log.warn({ message: 'delta stays', delta: delta.id, err })
      }
    }
  }

  private async remove({ id, fleetId, manifestDigest, blobDigest }: SpentDelta): Promise<void> {
    const repository = this.registry.of(fleetId)
    if (manifestDigest !== null && !(await repository.delete('manifests', manifestDigest))) {
      this.log.warn({ message: 'the registry does not allow anything to be deleted', delta: id })
    }
    if (blobDigest !== null) await repository.delete('blobs', blobDigest)
    await this.deltas.delete(id)
  }
}
