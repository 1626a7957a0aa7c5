import { Global, Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { SigningKey } from './signing-key.entity.js'
import { SigningKeysRepository } from './signing-keys.repository.js'
import { SigningKeys } from './signing-keys.service.js'

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([SigningKey])],
  providers: [SigningKeysRepository, SigningKeys],
  exports: [SigningKeys],
})
export class SigningKeysModule {}
