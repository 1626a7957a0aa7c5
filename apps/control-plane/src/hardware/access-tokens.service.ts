import type { TokenResponse } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { SigningKeys } from '../signing-keys/index.js'
import { seal, unseal } from './sealed-text.js'

const PURPOSE = 'device-access'
const LIFETIME_SECONDS = 3600

/** The board that an access token was given to, and the device that it was in then. */
export interface AccessClaims {
  deviceId: string
  hardwareId: string
}

type SealedClaims = AccessClaims & { until: number }

/** Short-lived tokens of devices, checked without looking anything up. */
@Injectable()
export class AccessTokens {
  constructor(private readonly keys: SigningKeys) {}

  async issue({ deviceId, hardwareId }: AccessClaims): Promise<TokenResponse> {
    const claims: SealedClaims = { deviceId, hardwareId, until: Date.now() + LIFETIME_SECONDS * 1000 }
    return { accessToken: seal(await this.keys.access(), PURPOSE, claims), expiresInSeconds: LIFETIME_SECONDS }
  }

  /** undefined where the token is forged or too old. */
  async verify(token: string): Promise<AccessClaims | undefined> {
    const claims = unseal(await this.keys.access(), PURPOSE, token) as SealedClaims | undefined
    return claims && claims.until > Date.now() ? claims : undefined
  }
}
