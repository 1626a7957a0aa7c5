import { type TokenRequest, type TokenResponse, tokenStatement } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { Problem } from '../http/problem.js'
import { AccessTokens } from './access-tokens.service.js'
import { Challenges } from './challenges.service.js'
import { isSignedBy } from './ed25519.js'
import { requireActive } from './hardware.policy.js'
import { HardwareRepository } from './hardware.repository.js'

/** Gives access tokens for answered challenges. */
@Injectable()
export class DeviceTokens {
  constructor(
    private readonly challenges: Challenges,
    private readonly hardware: HardwareRepository,
    private readonly tokens: AccessTokens,
  ) {}

  async issue(request: TokenRequest): Promise<TokenResponse> {
    const challenge = await this.challenges.check(request.challenge, request.uuid)
    const board = await this.hardware.findByUuid(request.uuid)
    if (!board) throw new Problem('hardware-unknown', 404, 'No board of this uuid is registered; register it first.')
    if (!isSignedBy(board.publicKey, tokenStatement(request), request.signature)) {
      const sentence = 'The signature is not by the key that this board registered with; sign tokenStatement() with it.'
      throw new Problem('signature-invalid', 401, sentence)
    }
    requireActive(board)
    await this.challenges.useUp(challenge)
    return this.tokens.issue({ deviceId: board.deviceId, hardwareId: board.id })
  }
}
