import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { DeviceEventsModule } from '../device-events/index.js'
import { DevicesModule } from '../devices/index.js'
import { FleetsModule } from '../fleets/index.js'
import { ProvisioningKeysModule } from '../provisioning-keys/index.js'
import { AccessTokens } from './access-tokens.service.js'
import { Boards } from './boards.service.js'
import { Challenges } from './challenges.service.js'
import { DeviceAccess } from './device-access.service.js'
import { DeviceGuard } from './device.guard.js'
import { DeviceTurns } from './device-turns.js'
import { DeviceTokens } from './device-tokens.service.js'
import { HardwareController } from './hardware.controller.js'
import { Hardware } from './hardware.entity.js'
import { HardwareJournal } from './hardware-journal.service.js'
import { HardwareRepository } from './hardware.repository.js'
import { IdentityController } from './identity.controller.js'
import { KnownDevicesRepository } from './known-devices.repository.js'
import { KnownDevices } from './known-devices.service.js'
import { Registration } from './registration.service.js'
import { UsedChallenges } from './used-challenges.repository.js'

@Module({
  imports: [
    TypeOrmModule.forFeature([Hardware]),
    FleetsModule,
    DeviceEventsModule,
    DevicesModule,
    ProvisioningKeysModule,
  ],
  controllers: [IdentityController, HardwareController],
  providers: [
    HardwareRepository,
    UsedChallenges,
    KnownDevicesRepository,
    KnownDevices,
    AccessTokens,
    Challenges,
    DeviceTokens,
    DeviceAccess,
    DeviceGuard,
    DeviceTurns,
    Boards,
    HardwareJournal,
    Registration,
  ],
  exports: [DeviceAccess, DeviceGuard, DeviceTurns, KnownDevices, UsedChallenges],
})
export class HardwareModule {}
