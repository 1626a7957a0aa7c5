import { Module } from '@nestjs/common'
import { SupervisorReleasesModule } from '../supervisor-releases/index.js'
import { InstallController } from './install.controller.js'

@Module({ imports: [SupervisorReleasesModule], controllers: [InstallController] })
export class InstallModule {}
