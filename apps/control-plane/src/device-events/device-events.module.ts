import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEvent } from './device-event.entity.js'
import { DeviceEventsRepository } from './device-events.repository.js'
import { EventRetention } from './event-retention.service.js'
import { DeviceEvents } from './device-events.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([DeviceEvent])],
  providers: [DeviceEventsRepository, DeviceEvents, EventRetention],
  exports: [DeviceEvents, EventRetention],
})
export class DeviceEventsModule {}
