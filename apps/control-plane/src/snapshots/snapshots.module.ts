import { Module } from '@nestjs/common'
import { DeviceEventsModule } from '../device-events/index.js'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { ObjectsModule } from '../objects/objects.module.js'
import { SnapshotCompletion } from './snapshot-completion.service.js'
import { SnapshotDeeds } from './snapshot-deeds.service.js'
import { SnapshotDoorController } from './snapshot-door.controller.js'
import { SnapshotJournal } from './snapshot-journal.service.js'
import { SnapshotRetention } from './snapshot-retention.service.js'
import { SnapshotUploads } from './snapshot-uploads.service.js'
import { SnapshotViews } from './snapshot-views.service.js'
import { SnapshotsController } from './snapshots.controller.js'
import { UploadedSnapshotsRepository } from './uploaded-snapshots.repository.js'

@Module({
  imports: [DevicesModule, HardwareModule, DeviceEventsModule, ObjectsModule],
  controllers: [SnapshotDoorController, SnapshotsController],
  providers: [
    UploadedSnapshotsRepository,
    SnapshotJournal,
    SnapshotRetention,
    SnapshotCompletion,
    SnapshotUploads,
    SnapshotViews,
    SnapshotDeeds,
  ],
  exports: [SnapshotRetention],
})
export class SnapshotsModule {}
