import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEventsModule } from '../device-events/index.js'
import { FleetsModule } from '../fleets/index.js'
import { ReachingVariables } from './reaching-variables.service.js'
import { VariableJournal } from './variable-journal.service.js'
import { Variable } from './variable.entity.js'
import { VariablesController } from './variables.controller.js'
import { VariablesRepository } from './variables.repository.js'
import { VariablesService } from './variables.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Variable]), FleetsModule, DeviceEventsModule],
  controllers: [VariablesController],
  providers: [VariablesRepository, VariableJournal, VariablesService, ReachingVariables],
  exports: [ReachingVariables],
})
export class VariablesModule {}
