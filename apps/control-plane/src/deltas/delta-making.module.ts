import { Module } from '@nestjs/common'
import { DeltasModule } from './deltas.module.js'
import { DeltaAttempts } from './making/delta-attempts.service.js'
import { DeltaLeases } from './making/delta-leases.service.js'
import { DeltaMaking } from './making/delta-making.service.js'
import { DeltaPlanNudges } from './making/delta-plan-nudges.js'
import { DeltaRetention } from './making/delta-retention.service.js'
import { DeltaScratch } from './making/delta-scratch.js'
import { DeltaWorker } from './making/delta-worker.js'
import { SpentDeltas } from './making/spent-deltas.repository.js'

/** For main.worker alone: whoever has it takes deltas from the queue. */
@Module({
  imports: [DeltasModule],
  providers: [
    DeltaScratch,
    DeltaLeases,
    DeltaMaking,
    DeltaAttempts,
    DeltaWorker,
    DeltaPlanNudges,
    SpentDeltas,
    DeltaRetention,
  ],
  exports: [DeltaRetention],
})
export class DeltaMakingModule {}
