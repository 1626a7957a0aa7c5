import { Global, Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { AuditEntry } from './audit-entry.entity.js'
import { AuditController } from './audit.controller.js'
import { AuditReader } from './audit-reader.js'
import { AuditRepository } from './audit.repository.js'
import { AuditService } from './audit.service.js'

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntry])],
  controllers: [AuditController],
  providers: [AuditRepository, AuditReader, AuditService],
  exports: [AuditService],
})
export class AuditModule {}
