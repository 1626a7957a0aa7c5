import { randomBytes } from 'node:crypto'
import type { ChallengeResponse } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { Problem } from '../http/problem.js'
import { SigningKeys } from '../signing-keys/index.js'
import { seal, unseal } from './sealed-text.js'
import { UsedChallenges } from './used-challenges.repository.js'

const PURPOSE = 'device-challenge'
// Long enough for two round trips over the worst link.
const LIFETIME_SECONDS = 300

interface Challenge {
  uuid: string
  nonce: string
  // Milliseconds since the epoch, by the server's clock: a board needs none.
  until: number
}

/** Challenges that need no memory until they are answered: what they say is inside them, under the server's seal. */
@Injectable()
export class Challenges {
  constructor(
    private readonly keys: SigningKeys,
    private readonly used: UsedChallenges,
  ) {}

  async issue(uuid: string): Promise<ChallengeResponse> {
    const nonce = randomBytes(16).toString('base64url')
    const challenge: Challenge = { uuid, nonce, until: Date.now() + LIFETIME_SECONDS * 1000 }
    return { challenge: seal(await this.keys.access(), PURPOSE, challenge), expiresInSeconds: LIFETIME_SECONDS }
  }

  /** Throws unless this server gave the challenge to this board, not long ago. */
  async check(text: string, uuid: string): Promise<Challenge> {
    const challenge = unseal(await this.keys.access(), PURPOSE, text) as Challenge | undefined
    if (challenge?.uuid !== uuid) {
      throw refused('invalid', 'This challenge was not made for this board; ask for another.')
    }
    if (challenge.until <= Date.now()) throw refused('expired', 'This challenge is too old; ask for another.')
    return challenge
  }

  /** Throws where it was answered before. Only after the answer was found right, or anybody could use it up. */
  async useUp(challenge: Challenge): Promise<void> {
    if (!(await this.used.add(challenge.nonce, new Date(challenge.until)))) {
      throw refused('used', 'This challenge was answered before; ask for another.')
    }
  }
}

function refused(why: string, sentence: string): Problem {
  return new Problem(`challenge-${why}`, 401, sentence)
}
