import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../config/config.module.js'
import type { ServerConfig } from '../config/config.js'
import { Sightings } from '../devices/index.js'
import { Problem } from '../http/problem.js'
import { AccessTokens } from './access-tokens.service.js'
import type { KnownDevice } from './known-devices.repository.js'
import { KnownDevices } from './known-devices.service.js'

/** Decides which device a request comes from. Costs no query while the device is in memory. */
@Injectable()
export class DeviceAccess {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly devices: KnownDevices,
    private readonly sightings: Sightings,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** Throws 401 unless the header holds an access token of a board that still is in its device. */
  async identify(authorization: string | undefined): Promise<KnownDevice> {
    const [scheme, token] = authorization?.split(' ') ?? []
    if (token === undefined || scheme?.toLowerCase() !== 'bearer') {
      throw refused('token-missing', 'Send an access token as bearer; /device/v1/token gives one.')
    }
    const claims = await this.tokens.verify(token)
    if (!claims) throw refused('token-invalid', 'The access token is not valid any more; get another.')
    const device = this.devices.peekDevice(claims.deviceId) ?? (await this.devices.get(claims.deviceId))
    if (!device)
      throw refused('device-unknown', 'This device was deleted, or has no board any more; register the board again.')
    if (device.hardwareId !== claims.hardwareId) {
      throw refused('hardware-retired', 'Another board has taken the place of this one.')
    }
    this.sightings.saw(device.deviceId, this.expectedWithinMs())
    return device
  }

  /** A device that says nothing for so long missed its next poll, the latest that it was told. */
  private expectedWithinMs(): number {
    return this.config.DEVICE_POLL_SECONDS * 1500 + 30_000
  }
}

function refused(code: string, sentence: string): Problem {
  return new Problem(code, 401, sentence)
}
