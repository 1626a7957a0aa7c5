import {
  ChangePasswordSchema,
  type ChangePassword,
  type Login,
  LoginSchema,
  SessionSchema,
  type Whoami,
  WhoamiSchema,
} from '@flotilla/contracts'
import { Body, Controller, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Request, Response } from 'express'
import { type Actor, CurrentActor, Public, SessionCookie } from '../auth/index.js'
import { SignInService } from './sign-in.service.js'
import { presentUser } from './user.presenter.js'
import { UsersRepository } from './users.repository.js'
import { presentWhoami } from './whoami.presenter.js'

@ApiTags('auth')
@Controller('api/v1/auth')
export class SignInController {
  constructor(
    private readonly signIn: SignInService,
    private readonly users: UsersRepository,
    private readonly cookie: SessionCookie,
  ) {}

  @Public()
  @Post('login')
  @ApiOperation({ summary: 'Sign in with email and password' })
  @ApiCreatedResponse({ standardSchema: SessionSchema })
  async login(
    @Body({ schema: LoginSchema }) login: Login,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { token, expiresAt, user } = await this.signIn.login(login, request.ip ?? '')
    this.cookie.set(response, token, expiresAt)
    return { token, expiresAt: expiresAt.toISOString(), user: presentUser(user) }
  }

  @Post('logout')
  @HttpCode(204)
  @ApiOperation({ summary: 'End this session' })
  @ApiNoContentResponse()
  async logout(@CurrentActor() actor: Actor, @Res({ passthrough: true }) response: Response): Promise<void> {
    await this.signIn.logout(actor)
    this.cookie.clear(response)
  }

  @Get('whoami')
  @ApiOperation({ summary: 'The signed-in user and its roles' })
  @ApiOkResponse({ standardSchema: WhoamiSchema })
  async whoami(@CurrentActor() actor: Actor): Promise<Whoami> {
    const [user, organizations] = await Promise.all([
      this.users.byId(actor.userId),
      this.users.organizationNames([...actor.roles.keys()]),
    ])
    return presentWhoami(user, organizations, actor.roles)
  }

  @Put('password')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change the password; ends all other sessions' })
  @ApiNoContentResponse()
  changePassword(
    @CurrentActor() actor: Actor,
    @Body({ schema: ChangePasswordSchema }) change: ChangePassword,
  ): Promise<void> {
    return this.signIn.changePassword(actor, change)
  }
}
