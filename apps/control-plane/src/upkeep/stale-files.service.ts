import { Injectable } from '@nestjs/common'
import { Leftovers } from '../git/index.js'
import { SnapshotRetention } from '../snapshots/index.js'

/** Removes files of which no row speaks any more. */
@Injectable()
export class StaleFiles {
  constructor(
    private readonly leftovers: Leftovers,
    private readonly snapshots: SnapshotRetention,
  ) {}

  async run(): Promise<void> {
    await this.leftovers.run()
    await this.snapshots.run()
  }
}
