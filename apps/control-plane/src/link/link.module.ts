import { Module } from '@nestjs/common'
import { DeviceCommandsModule } from '../device-commands/index.js'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { CommandNudges } from './command-nudges.service.js'
import { LinkDoor } from './link-door.service.js'
import { LINK_LIMITS, USUAL_LIMITS } from './link-limits.js'
import { Links } from './links.service.js'

@Module({
  imports: [DeviceCommandsModule, DevicesModule, HardwareModule],
  providers: [{ provide: LINK_LIMITS, useValue: USUAL_LIMITS }, Links, LinkDoor, CommandNudges],
})
export class LinkModule {}
