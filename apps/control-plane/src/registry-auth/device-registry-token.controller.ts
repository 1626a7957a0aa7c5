import { DEVICE_ROUTES, type RegistryTokenResponse } from '@flotilla/contracts'
import { Controller, Header, HttpCode, Post } from '@nestjs/common'
import { CurrentDevice, ForDevices, InTurn, type KnownDevice } from '../hardware/index.js'
import { RegistryTokens } from './registry-tokens.service.js'

/** A board asks here rather than through the registry's challenge: one request less on a slow link. */
@ForDevices()
@InTurn()
@Controller()
export class DeviceRegistryTokenController {
  constructor(private readonly tokens: RegistryTokens) {}

  @Post(DEVICE_ROUTES.registryToken)
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  token(@CurrentDevice() device: KnownDevice): Promise<RegistryTokenResponse> {
    return this.tokens.forDevice(device)
  }
}
