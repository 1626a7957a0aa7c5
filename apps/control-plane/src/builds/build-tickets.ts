import { createHmac, timingSafeEqual } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { Problem } from '../http/problem.js'
import { SigningKeys } from '../signing-keys/index.js'

/**
 * The tokens of jobs: each opens one attempt of one build. They follow from the shared key, so a lost queue is filled
 * again with the same ones, and nothing of them is stored.
 */
@Injectable()
export class BuildTickets {
  constructor(private readonly keys: SigningKeys) {}

  async issue(buildId: string, attempt: number): Promise<string> {
    const mac = createHmac('sha256', await this.keys.access()).update(`flotilla-build-v1\n${buildId}\n${attempt}`)
    return `${attempt}.${mac.digest('base64url')}`
  }

  /** The attempt that a request with this header is about. Throws 401 for any token but the build's own. */
  async verify(buildId: string, authorization: string | undefined): Promise<number> {
    const [, token = '', digits = ''] = /^bearer +((\d{1,6})\.\S+)$/i.exec(authorization ?? '') ?? []
    const right = Buffer.from(await this.issue(buildId, Number(digits)))
    const given = Buffer.from(token)
    if (given.length === right.length && timingSafeEqual(given, right)) return Number(digits)
    throw new Problem('build-token-invalid', 401, 'This needs the token of a job of this build.')
  }
}
