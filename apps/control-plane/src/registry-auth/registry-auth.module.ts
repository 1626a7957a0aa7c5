import { Module } from '@nestjs/common'
import { FleetsModule } from '../fleets/index.js'
import { RegistryAuthService } from './registry-auth.service.js'
import { RegistryTokenController } from './registry-token.controller.js'
import { RegistryTokens } from './registry-tokens.service.js'

@Module({
  imports: [FleetsModule],
  controllers: [RegistryTokenController],
  providers: [RegistryAuthService, RegistryTokens],
  exports: [RegistryTokens],
})
export class RegistryAuthModule {}
