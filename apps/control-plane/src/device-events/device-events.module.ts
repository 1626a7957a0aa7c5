import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEvent } from './device-event.entity.js'
import { DeviceEventsRepository } from './device-events.repository.js'
import { DeviceEvents } from './device-events.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([DeviceEvent])],
  providers: [DeviceEventsRepository, DeviceEvents],
  exports: [DeviceEvents],
})
export class DeviceEventsModule {}
