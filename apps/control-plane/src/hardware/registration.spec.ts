import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { DeviceView, FleetView, Page, ProblemDetails, RegisterResponse } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, createProvisioningKey, joinFleet, succeed, TestBoard } from '../testing/test-board.js'

describe('registration', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
  })
  afterAll(() => api.close())

  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]
  const registered = async (response: Response) => (await succeed(response)) as RegisterResponse
  const devices = async () =>
    ((await succeed(await api.call(user, `GET /api/v1/devices?fleet=${fleet.id}`))) as Page<DeviceView>).items
  const uses = async (keyId: string) =>
    (await api.database.query<{ uses: number }[]>('SELECT uses FROM provisioning_keys WHERE id = $1', [keyId]))[0]?.uses

  it('gives a board with a key a device, and keys to check targets with', async () => {
    const { id, key } = await createProvisioningKey(api, user, fleet.id)
    const board = new TestBoard(api, { provisioningKey: key, name: 'roof' })
    const answer = await registered(await board.register())
    expect(answer).toMatchObject({ deviceName: 'roof', fleetId: fleet.id })
    expect(answer.targetKeys.length).toBeGreaterThan(0)
    expect(await uses(id)).toBe(1)
    const [device] = await devices()
    expect(device).toMatchObject({
      id: answer.deviceId,
      name: 'roof',
      fleet: `${user.organization}/${fleet.name}`,
      connectivity: 'never',
      targetGeneration: 1,
      hardware: { uuid: board.uuid, platform: 'linux/amd64', active: true },
    })
  })

  it('gives a board that names itself in no way that could be shown a name all the same', async () => {
    const { key } = await createProvisioningKey(api, user, fleet.id)
    const nameOf = async (name: string) =>
      (await registered(await new TestBoard(api, { provisioningKey: key, name }).register())).deviceName
    expect(await nameOf('roof\0 ')).toBe('roof')
    expect(await nameOf('\x1b[2J')).toBe('device')
    expect(await nameOf('a\ud83d')).toMatch(/^device-/)
  })

  it('gives the same device to a board that repeats itself, also when its key is used up', async () => {
    const { id, key } = await createProvisioningKey(api, user, fleet.id, { maxUses: 1 })
    const board = new TestBoard(api, { provisioningKey: key })
    const first = await registered(await board.register())
    expect(await registered(await board.register())).toEqual(first)
    expect(await registered(await board.register({ provisioningKey: undefined }))).toEqual(first)
    expect(await uses(id)).toBe(1)
    expect(await devices()).toHaveLength(1)
  })

  it('makes one device of many registrations of one board at the same time', async () => {
    const { id, key } = await createProvisioningKey(api, user, fleet.id, { maxUses: 1 })
    const board = new TestBoard(api, { provisioningKey: key })
    // Held up where the first use of the key is counted, they are all under way when it goes on.
    const holder = api.database.createQueryRunner()
    await holder.startTransaction()
    await holder.query('SELECT FROM provisioning_keys WHERE id = $1 FOR UPDATE', [id])
    const answering = Promise.all(Array.from({ length: 20 }, () => board.register()))
    const waiting = async () => {
      const [row] = await api.database.query<{ count: number }[]>(
        `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return (row?.count ?? 0) >= 8
    }
    await waitFor(waiting, { what: 'several registrations wait for each other' })
    await holder.rollbackTransaction()
    await holder.release()
    const answers = await answering
    const ids = await Promise.all(answers.map(async (answer) => (await registered(answer)).deviceId))
    expect(new Set(ids).size).toBe(1)
    expect(await uses(id)).toBe(1)
  })

  it('lets in exactly as many boards as a key may be used for', async () => {
    const { id, key } = await createProvisioningKey(api, user, fleet.id, { maxUses: 3 })
    const boards = Array.from({ length: 12 }, () => new TestBoard(api, { provisioningKey: key, name: 'same' }))
    const answers = await Promise.all(boards.map((board) => board.register()))
    const refused = answers.filter((answer) => !answer.ok)
    expect(refused).toHaveLength(9)
    for (const answer of refused) expect(await refusal(answer)).toEqual([403, 'provisioning-key-used-up'])
    expect(await uses(id)).toBe(3)
    const names = (await devices()).map((device) => device.name)
    expect(new Set(names).size).toBe(3)
    expect(names).toContain('same')
  })

  it('says of each unusable key why, and makes no device', async () => {
    const expired = await createProvisioningKey(api, user, fleet.id, { expiresInSeconds: 1 })
    await api.database.query(`UPDATE provisioning_keys SET expires_at = now() - interval '1 s' WHERE id = $1`, [
      expired.id,
    ])
    const revoked = await createProvisioningKey(api, user, fleet.id)
    expect((await api.call(user, `DELETE /api/v1/provisioning-keys/${revoked.id}`)).status).toBe(204)
    const cases = [
      [expired.key, 'provisioning-key-expired'],
      [revoked.key, 'provisioning-key-revoked'],
      ['flp_nonsense', 'provisioning-key-invalid'],
      [undefined, 'provisioning-key-missing'],
    ] as const
    for (const [key, code] of cases) {
      expect(await refusal(await new TestBoard(api, { provisioningKey: key }).register())).toEqual([403, code])
    }
    expect(await devices()).toEqual([])
    expect([await uses(expired.id), await uses(revoked.id)]).toEqual([0, 0])
  })

  it('refuses a board that cannot prove that the key is its own', async () => {
    const { id, key } = await createProvisioningKey(api, user, fleet.id)
    const [board, other] = [new TestBoard(api, { provisioningKey: key }), new TestBoard(api)]
    const signature = other.registerRequest().signature
    expect(await refusal(await board.register({ signature }))).toEqual([403, 'registration-forged'])
    const notAPoint = { ...board.description, publicKey: 'A'.repeat(43) }
    expect(await refusal(await board.register({ hardware: notAPoint, signature }))).toEqual([
      403,
      'registration-forged',
    ])
    expect(await uses(id)).toBe(0)
  })

  it('refuses a second key pair for a uuid that it knows', async () => {
    const board = await joinFleet(api, user, fleet.id)
    const impostor = new TestBoard(api)
    const hardware = { ...impostor.description, uuid: board.uuid }
    expect(await refusal(await impostor.register({ hardware }))).toEqual([409, 'hardware-key-differs'])
    expect(await devices()).toHaveLength(1)
  })

  it('refuses a board whose place another has taken', async () => {
    const board = await joinFleet(api, user, fleet.id)
    await api.database.query('UPDATE hardware SET active = false, retired_at = now() WHERE uuid = $1', [board.uuid])
    expect(await refusal(await board.register())).toEqual([403, 'hardware-retired'])
    expect(await refusal(await board.answer(await board.challenge()))).toEqual([403, 'hardware-retired'])
  })

  it('notices that a board came back with another system', async () => {
    const board = await joinFleet(api, user, fleet.id, { platform: 'linux/arm64' })
    const [before] = await devices()
    await registered(await board.register({ hardware: { ...board.description, platform: 'linux/arm/v7' } }))
    const [after] = await devices()
    expect(after?.hardware?.platform).toBe('linux/arm/v7')
    expect(after?.targetGeneration).toBe((before?.targetGeneration ?? 0) + 1)
  })

  it('shows the boards of a device, newest first', async () => {
    const board = await joinFleet(api, user, fleet.id)
    const page = await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}/hardware`))
    expect(page).toMatchObject({ items: [{ uuid: board.uuid, active: true }] })
    const stranger = await api.signUp('admin')
    const hidden = await api.call(stranger, `GET /api/v1/devices/${board.deviceId}/hardware`)
    expect(await refusal(hidden)).toEqual([404, 'device-not-found'])
  })
})
