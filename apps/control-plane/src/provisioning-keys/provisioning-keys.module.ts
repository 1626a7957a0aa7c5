import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { FleetsModule } from '../fleets/index.js'
import { ProvisioningKey } from './provisioning-key.entity.js'
import { ProvisioningKeysController } from './provisioning-keys.controller.js'
import { ProvisioningKeysRepository } from './provisioning-keys.repository.js'
import { ProvisioningKeys } from './provisioning-keys.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([ProvisioningKey]), FleetsModule],
  controllers: [ProvisioningKeysController],
  providers: [ProvisioningKeysRepository, ProvisioningKeys],
  exports: [ProvisioningKeys],
})
export class ProvisioningKeysModule {}
