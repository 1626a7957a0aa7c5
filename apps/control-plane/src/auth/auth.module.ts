import { Global, Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { TypeOrmModule } from '@nestjs/typeorm'
import { AuthGuard } from './auth.guard.js'
import { AuthService } from './auth.service.js'
import { CredentialsRepository } from './credentials.repository.js'
import { SessionCookie } from './session-cookie.js'
import { Session } from './session.entity.js'
import { SessionsRepository } from './sessions.repository.js'
import { SessionsService } from './sessions.service.js'

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Session])],
  providers: [
    CredentialsRepository,
    SessionsRepository,
    SessionsService,
    SessionCookie,
    AuthService,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
  exports: [AuthService, SessionsService, SessionCookie],
})
export class AuthModule {}
