import { Module } from '@nestjs/common'
import { FleetsModule } from '../fleets/index.js'
import { HardwareModule } from '../hardware/index.js'
import { DeviceRegistryTokenController } from './device-registry-token.controller.js'
import { RegistryAuthService } from './registry-auth.service.js'
import { RegistryTokenController } from './registry-token.controller.js'
import { RegistryTokens } from './registry-tokens.service.js'

@Module({
  imports: [FleetsModule, HardwareModule],
  controllers: [RegistryTokenController, DeviceRegistryTokenController],
  providers: [RegistryAuthService, RegistryTokens],
  exports: [RegistryTokens],
})
export class RegistryAuthModule {}
