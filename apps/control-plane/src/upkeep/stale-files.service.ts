import { Injectable } from '@nestjs/common'
import { DeltaRetention } from '../deltas/index.js'
import { Leftovers } from '../git/index.js'
import { SnapshotRetention } from '../snapshots/index.js'

/** Removes files of which no row speaks any more, and deltas that no device needs. */
@Injectable()
export class StaleFiles {
  constructor(
    private readonly leftovers: Leftovers,
    private readonly snapshots: SnapshotRetention,
    private readonly deltas: DeltaRetention,
  ) {}

  async run(): Promise<void> {
    await this.leftovers.run()
    await this.snapshots.run()
    await this.deltas.run()
  }
}
