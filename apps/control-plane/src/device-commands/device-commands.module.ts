import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEventsModule } from '../device-events/index.js'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { CommandDoorController } from './command-door.controller.js'
import { CommandDoor } from './command-door.service.js'
import { CommandExpiry } from './command-expiry.service.js'
import { CommandJournal } from './command-journal.service.js'
import { DeviceCommand } from './device-command.entity.js'
import { DeviceCommandsController } from './device-commands.controller.js'
import { DeviceCommandsRepository } from './device-commands.repository.js'
import { DeviceCommands } from './device-commands.service.js'
import { OverdueCommandsRepository } from './overdue-commands.repository.js'
import { WaitingCommands } from './waiting-commands.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([DeviceCommand]), DeviceEventsModule, DevicesModule, HardwareModule],
  controllers: [DeviceCommandsController, CommandDoorController],
  providers: [
    DeviceCommandsRepository,
    OverdueCommandsRepository,
    CommandJournal,
    DeviceCommands,
    CommandDoor,
    CommandExpiry,
    WaitingCommands,
  ],
  exports: [CommandExpiry, WaitingCommands],
})
export class DeviceCommandsModule {}
