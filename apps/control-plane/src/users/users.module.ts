import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { LoginAttemptsRepository } from './login-attempts.repository.js'
import { Passwords } from './passwords.js'
import { SignInController } from './sign-in.controller.js'
import { SignInService } from './sign-in.service.js'
import { User } from './user.entity.js'
import { UsersRepository } from './users.repository.js'
import { UsersService } from './users.service.js'

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  controllers: [SignInController],
  providers: [UsersRepository, LoginAttemptsRepository, Passwords, SignInService, UsersService],
  exports: [UsersService],
})
export class UsersModule {}
