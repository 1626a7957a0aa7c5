import { Module } from '@nestjs/common'
import { LoginAttemptsRepository } from './login-attempts.repository.js'
import { Passwords } from './passwords.js'
import { SignInController } from './sign-in.controller.js'
import { SignInService } from './sign-in.service.js'
import { UsersModule } from './users.module.js'

/** Apart from users, because programs without an api have users, too. */
@Module({
  imports: [UsersModule],
  controllers: [SignInController],
  providers: [LoginAttemptsRepository, Passwords, SignInService],
})
export class SignInModule {}
