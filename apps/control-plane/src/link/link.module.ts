import { Module } from '@nestjs/common'
import { DevicesModule } from '../devices/index.js'
import { HardwareModule } from '../hardware/index.js'
import { LinkDoor } from './link-door.service.js'
import { LINK_LIMITS, USUAL_LIMITS } from './link-limits.js'
import { Links } from './links.service.js'

@Module({
  imports: [DevicesModule, HardwareModule],
  providers: [{ provide: LINK_LIMITS, useValue: USUAL_LIMITS }, Links, LinkDoor],
})
export class LinkModule {}
