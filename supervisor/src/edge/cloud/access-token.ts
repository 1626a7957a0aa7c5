/*
 * The access token of a board: got by signing a challenge of the server.
 */
import { ChallengeResponseSchema, DEVICE_ROUTES, TokenResponseSchema, tokenStatement } from '@flotilla/contracts'
import { CloudError } from '../../errors.js'
import type { Identity } from '../../identity.js'
import type { Clock } from '../../ports.js'
import { parseBody, type HttpAnswer } from './http.js'
import { ShortLivedToken } from './short-lived-token.js'

type Post = (path: string, body: object) => Promise<HttpAnswer>

export function accessToken(post: Post, identity: Identity, clock: Clock): ShortLivedToken {
  const request = async () => {
    const { uuid } = identity
    const { challenge } = parseBody(await post(DEVICE_ROUTES.challenge, { uuid }), ChallengeResponseSchema)
    const signature = identity.sign(tokenStatement({ uuid, challenge }))
    const answer = parseBody(await post(DEVICE_ROUTES.token, { uuid, challenge, signature }), TokenResponseSchema)
    return { token: answer.accessToken, expiresInSeconds: answer.expiresInSeconds }
  }
  return new ShortLivedToken(() => request().catch(tellUnread), clock)
}

/** Whatever was to be sent with the token has not been, and its refusal says nothing of that. */
function tellUnread(error: unknown): never {
  if (!(error instanceof CloudError)) throw error
  throw new CloudError(error.message, { ...error.facts, isUnread: true }, { cause: error.cause })
}
