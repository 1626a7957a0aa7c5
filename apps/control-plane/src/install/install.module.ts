import { Module } from '@nestjs/common'
import { InstallController } from './install.controller.js'
import { SupervisorBundle } from './supervisor-bundle.js'

@Module({ controllers: [InstallController], providers: [SupervisorBundle] })
export class InstallModule {}
