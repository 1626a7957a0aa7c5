import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type ProblemDetails, type TokenResponse, tokenStatement } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, TestBoard } from '../testing/test-board.js'
import { UsedChallenges } from './index.js'

describe('device tokens', () => {
  let api: TestApi
  let user: TestUser
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
    board = await joinFleet(api, user, (await createFleet(api, user)).id)
  })
  afterEach(() => void jest.restoreAllMocks())
  afterAll(() => api.close())

  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  it('gives a token for an answered challenge, once', async () => {
    const challenge = await board.challenge()
    const token = (await succeed(await board.answer(challenge))) as TokenResponse
    expect(token.expiresInSeconds).toBeGreaterThan(0)
    expect(await refusal(await board.answer(challenge))).toEqual([401, 'challenge-used'])
  })

  it('gives one token for a challenge that is answered twice at the same time', async () => {
    const challenge = await board.challenge()
    const answers = await Promise.all(Array.from({ length: 8 }, () => board.answer(challenge)))
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
  })

  it('refuses a challenge that it did not make', async () => {
    const real = await board.challenge()
    const [payload = '', seal = ''] = real.split('.')
    const longer = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { until: number }
    const forged = Buffer.from(JSON.stringify({ ...longer, until: longer.until + 1 })).toString('base64url')
    for (const challenge of [
      `${forged}.${seal}`,
      `${payload}.${seal.slice(1)}x`,
      payload,
      `${real}.x`,
      'x'.repeat(40),
    ]) {
      expect(await refusal(await board.answer(challenge))).toEqual([401, 'challenge-invalid'])
    }
    expect((await board.answer(real)).status).toBe(200)
  })

  it('refuses a challenge made for another board', async () => {
    const other = await joinFleet(api, user, (await createFleet(api, user)).id)
    expect(await refusal(await board.answer(await other.challenge()))).toEqual([401, 'challenge-invalid'])
  })

  it('refuses an access token in place of a challenge', async () => {
    expect(await refusal(await board.answer(board.accessToken()))).toEqual([401, 'challenge-invalid'])
  })

  it('refuses a challenge that is answered too late', async () => {
    const challenge = await board.challenge()
    const late = Date.now() + 301_000
    jest.spyOn(Date, 'now').mockReturnValue(late)
    expect(await refusal(await board.answer(challenge))).toEqual([401, 'challenge-expired'])
  })

  it('refuses another key, without using up the challenge', async () => {
    const challenge = await board.challenge()
    const signature = new TestBoard(api).sign(tokenStatement({ uuid: board.uuid, challenge }))
    expect(await refusal(await board.answer(challenge, signature))).toEqual([401, 'signature-invalid'])
    expect((await board.answer(challenge)).status).toBe(200)
  })

  it('tells a board that it never saw to register', async () => {
    const stranger = new TestBoard(api)
    expect(await refusal(await stranger.answer(await stranger.challenge()))).toEqual([404, 'hardware-unknown'])
  })

  it('forgets used challenges only after they expired', async () => {
    const used = api.app.get(UsedChallenges, { strict: false })
    await succeed(await board.answer(await board.challenge()))
    expect(await used.removeExpired()).toBe(0)
    await api.database.query(`UPDATE used_challenges SET expires_at = now() - interval '1 hour'`)
    expect(await used.removeExpired()).toBeGreaterThan(0)
  })
})
