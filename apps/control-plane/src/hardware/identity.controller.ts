import {
  ChallengeRequestSchema,
  type ChallengeResponse,
  DEVICE_ROUTES,
  type RegisterRequest,
  RegisterRequestSchema,
  type RegisterResponse,
  type TokenRequest,
  TokenRequestSchema,
  type TokenResponse,
} from '@flotilla/contracts'
import { Body, Controller, HttpCode, Post } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import { Public } from '../auth/index.js'
import { SigningKeys } from '../signing-keys/index.js'
import { Challenges } from './challenges.service.js'
import { InTurn } from './device-turns.js'
import { DeviceTokens } from './device-tokens.service.js'
import { Registration } from './registration.service.js'

/** The doors that a board passes before it has an access token. */
@Public()
@InTurn()
@ApiExcludeController()
@Controller()
export class IdentityController {
  constructor(
    private readonly registration: Registration,
    private readonly challenges: Challenges,
    private readonly tokens: DeviceTokens,
    private readonly keys: SigningKeys,
  ) {}

  @Post(DEVICE_ROUTES.register)
  @HttpCode(200)
  async register(@Body({ schema: RegisterRequestSchema }) request: RegisterRequest): Promise<RegisterResponse> {
    const device = await this.registration.register(request)
    return {
      deviceId: device.id,
      deviceName: device.name,
      fleetId: device.fleetId,
      targetKeys: await this.keys.targetPublicKeys(),
    }
  }

  @Post(DEVICE_ROUTES.challenge)
  @HttpCode(200)
  challenge(@Body({ schema: ChallengeRequestSchema }) { uuid }: { uuid: string }): Promise<ChallengeResponse> {
    return this.challenges.issue(uuid)
  }

  @Post(DEVICE_ROUTES.token)
  @HttpCode(200)
  token(@Body({ schema: TokenRequestSchema }) request: TokenRequest): Promise<TokenResponse> {
    return this.tokens.issue(request)
  }
}
