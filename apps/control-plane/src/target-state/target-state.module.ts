import { Module } from '@nestjs/common'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { ReleasesModule } from '../releases/index.js'
import { SupervisorReleasesModule } from '../supervisor-releases/index.js'
import { VariablesModule } from '../variables/index.js'
import { ReachingSettings } from './reaching-settings.service.js'
import { RunnableReleases } from './runnable-releases.service.js'
import { TargetDoor } from './target-door.service.js'
import { TargetMaking } from './target-making.service.js'
import { TargetPlaces } from './target-places.repository.js'
import { TargetSigner } from './target-signer.service.js'
import { TargetStateController } from './target-state.controller.js'
import { Targets } from './targets.service.js'

@Module({
  imports: [DevicesModule, HardwareModule, ReleasesModule, SupervisorReleasesModule, VariablesModule],
  controllers: [TargetStateController],
  providers: [TargetPlaces, ReachingSettings, RunnableReleases, TargetSigner, Targets, TargetMaking, TargetDoor],
  exports: [TargetSigner, Targets],
})
export class TargetStateModule {}
