import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { UsersModule } from '../users/index.js'
import { FirstAdminService } from './first-admin.service.js'
import { MembersController } from './members.controller.js'
import { MembersRepository } from './members.repository.js'
import { MembersService } from './members.service.js'
import { Membership } from './membership.entity.js'
import { Organization } from './organization.entity.js'
import { OrganizationsController } from './organizations.controller.js'
import { OrganizationsRepository } from './organizations.repository.js'
import { OrganizationsService } from './organizations.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([Organization, Membership]), UsersModule],
  controllers: [OrganizationsController, MembersController],
  providers: [OrganizationsRepository, MembersRepository, OrganizationsService, MembersService, FirstAdminService],
  exports: [OrganizationsService, FirstAdminService],
})
export class OrganizationsModule {}
