import { Injectable } from '@nestjs/common'
import { DeltaRetention } from '../deltas/index.js'
import { Leftovers } from '../git/index.js'
import { SnapshotRetention } from '../snapshots/index.js'
import { runAll } from './run-all.js'

/** Removes files of which no row speaks any more, and deltas that no device needs. */
@Injectable()
export class StaleFiles {
  constructor(
    private readonly leftovers: Leftovers,
    private readonly snapshots: SnapshotRetention,
    private readonly deltas: DeltaRetention,
  ) {}

  run(): Promise<void> {
    return runAll([() => this.leftovers.run(), () => this.snapshots.run(), () => this.deltas.run()])
  }
}
