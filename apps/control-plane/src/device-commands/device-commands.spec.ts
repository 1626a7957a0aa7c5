import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import {
  DEVICE_ROUTES,
  type DeviceCommand,
  type DeviceCommandResult,
  type DeviceCommandView,
  type DeviceEventView,
  type Page,
  type ProblemDetails,
} from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { WebSocket } from 'ws'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'
import { CommandExpiry } from './index.js'

describe('commands for devices', () => {
  let api: TestApi
  let admin: TestUser
  let operator: TestUser
  let fleetId: string
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    admin = await api.signUp('admin')
    operator = await api.signUp('operator', admin.organization)
    fleetId = (await createFleet(api, admin)).id
  })
  beforeEach(async () => {
    board = await joinFleet(api, admin, fleetId)
  })
  afterAll(() => api.close())

  const path = (rest = '') => `/api/v1/devices/${board.deviceId}/commands${rest}` as `/${string}`
  const ask = (body: unknown, by = operator, headers?: Record<string, string>) =>
    api.call(by, `POST ${path()}`, body, headers)
  const asked = async (body: unknown) => (await succeed(await ask(body))) as DeviceCommandView
  const read = async (id: string) =>
    (await succeed(await api.call(operator, `GET ${path(`/${id}`)}`))) as DeviceCommandView
  const list = async (query = '') =>
    (await succeed(await api.call(operator, `GET ${path(query)}`))) as Page<DeviceCommandView>
  const fetched = async () =>
    ((await succeed(await board.call(`GET ${DEVICE_ROUTES.commands}`))) as { commands: DeviceCommand[] }).commands
  const answer = (id: string, more: Partial<DeviceCommandResult> = {}) =>
    board.call(`POST ${DEVICE_ROUTES.commandResults}`, { id, status: 'done', at: '2026-11-21T12:00:00.000Z', ...more })
  const events = async () =>
    (
      (await succeed(await api.call(operator, `GET /api/v1/devices/${board.deviceId}/events`))) as Page<DeviceEventView>
    ).items.filter(({ kind }) => kind.startsWith('command-'))
  const code = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  it('wait for the device, are fetched in order, answered, and told in its history', async () => {
    const first = await asked({ kind: 'reboot' })
    const second = await asked({ kind: 'restart', service: 'web', force: true })
    expect(first).toMatchObject({ state: 'waiting', command: { kind: 'reboot', force: false } })
    expect(Date.parse(first.expiresAt) - Date.parse(first.createdAt)).toBeGreaterThan(86_000_000)
    expect((await fetched()).map(({ id, body }) => [id, body])).toEqual([
      [first.id, { kind: 'reboot', force: false }],
      [second.id, { kind: 'restart', service: 'web', force: true }],
    ])
    expect((await read(second.id)).state).toBe('delivered')
    expect((await answer(second.id, { status: 'refused', detail: 'web is locked.' })).status).toBe(204)
    expect(await read(second.id)).toMatchObject({ state: 'refused', detail: 'web is locked.' })
    expect((await fetched()).map(({ id }) => id)).toEqual([first.id])
    expect((await events()).map(({ kind, actor }) => [kind, actor.kind])).toEqual([
      ['command-refused', 'device'],
      ['command-requested', 'api-key'],
      ['command-requested', 'api-key'],
    ])
    expect((await events())[0]).toMatchObject({
      at: '2026-11-21T12:00:00.000Z',
      detail: { commandId: second.id, detail: 'web is locked.' },
    })
    expect((await list('?limit=1')).items).toMatchObject([{ id: second.id }])
    const next = await list(`?limit=1&cursor=${(await list('?limit=1')).nextCursor}`)
    expect(next.items).toMatchObject([{ id: first.id }])
    expect((await list('?open=true')).items).toMatchObject([{ id: first.id }])
    expect((await list('?open=false')).items).toMatchObject([{ id: second.id }])
  })

  it('are ended once: a repeated answer changes nothing, nor does one of a command that there is not', async () => {
    const { id } = await asked({ kind: 'update-now' })
    await answer(id, { detail: 'first' })
    expect((await answer(id, { status: 'failed', detail: 'second' })).status).toBe(204)
    expect(await read(id)).toMatchObject({ state: 'done', detail: 'first' })
    expect(await events()).toHaveLength(2)
    expect((await answer(randomUUID())).status).toBe(204)
  })

  it('of one device are no business of another', async () => {
    const { id } = await asked({ kind: 'reboot' })
    const [here, other] = [board, await joinFleet(api, admin, fleetId)]
    board = other
    expect(await fetched()).toEqual([])
    await answer(id)
    expect(await code(await api.call(operator, `GET ${path(`/${id}`)}`))).toEqual([404, 'command-not-found'])
    board = here
    expect((await read(id)).state).toBe('waiting')
  })

  it('may be given by operators, and read by observers', async () => {
    const observer = await api.signUp('observer', admin.organization)
    expect(await code(await ask({ kind: 'reboot' }, observer))).toEqual([403, 'role-too-low'])
    const { id } = await asked({ kind: 'reboot' })
    expect((await api.call(observer, `GET ${path(`/${id}`)}`)).status).toBe(200)
    expect(await code(await api.call(observer, `POST ${path(`/${id}/cancel`)}`))).toEqual([403, 'role-too-low'])
    const stranger = await api.signUp('admin')
    expect(await code(await ask({ kind: 'reboot' }, stranger))).toEqual([404, 'device-not-found'])
  })

  it('are refused where they make no sense, and given once under one key', async () => {
    expect((await ask({ kind: 'explode' })).status).toBe(400)
    expect((await ask({ kind: 'stop' })).status).toBe(400)
    expect((await ask({ kind: 'reboot', expiresInSeconds: 31 * 86_400 })).status).toBe(400)
    const twice = [1, 2].map(() => ask({ kind: 'reboot' }, operator, { 'Idempotency-Key': board.deviceId }))
    for (const response of await Promise.all(twice)) await response.text()
    expect(await fetched()).toHaveLength(1)
  })

  it('can be taken back until the device has them', async () => {
    const { id } = await asked({ kind: 'reboot' })
    expect(await succeed(await api.call(operator, `POST ${path(`/${id}/cancel`)}`))).toMatchObject({
      state: 'cancelled',
    })
    expect(await fetched()).toEqual([])
    expect((await read(id)).endedAt).toBeDefined()
    const { id: taken } = await asked({ kind: 'reboot' })
    await fetched()
    expect(await code(await api.call(operator, `POST ${path(`/${taken}/cancel`)}`))).toEqual([
      409,
      'command-not-waiting',
    ])
    expect((await events()).map(({ kind }) => kind)).toEqual([
      'command-requested',
      'command-cancelled',
      'command-requested',
    ])
  })

  it('expire, and still take an answer that comes late', async () => {
    const { id } = await asked({ kind: 'reboot', expiresInSeconds: 60 })
    const overdue = `UPDATE device_commands SET expires_at = now() - interval '1 second' WHERE id = $1`
    await api.database.query(overdue, [id])
    expect(await fetched()).toEqual([])
    expect((await read(id)).state).toBe('expired')
    expect(await api.app.get(CommandExpiry, { strict: false }).run()).toBe(1)
    expect(await read(id)).toMatchObject({ state: 'expired', detail: expect.stringContaining('did not come') })
    expect((await events())[0]).toMatchObject({ kind: 'command-expired', actor: { kind: 'system' } })
    await answer(id)
    expect((await read(id)).state).toBe('done')
  })

  it('are at most a hundred for one device', async () => {
    await api.database.query(
      `INSERT INTO device_commands (id, device_id, body, actor_kind, actor_id, actor_label, expires_at)
       SELECT gen_random_uuid(), $1, '{"kind":"reboot","force":false}', 'user', 'a', 'a', now() + interval '1 hour'
       FROM generate_series(1, 100)`,
      [board.deviceId],
    )
    expect(await code(await ask({ kind: 'reboot' }))).toEqual([409, 'too-many-commands'])
    expect(await fetched()).toHaveLength(100)
  })

  it('are announced over the link: when they are given, and when the device comes back', async () => {
    const open = async () => {
      const socket = new WebSocket(`${api.url.replace('http', 'ws')}${DEVICE_ROUTES.link}`, {
        headers: { Authorization: `Bearer ${board.accessToken()}` },
      })
      const heard: string[] = []
      socket.on('message', (frame: Buffer) => heard.push((JSON.parse(frame.toString()) as { type: string }).type))
      await new Promise((resolve) => socket.once('open', resolve))
      socket.send(JSON.stringify({ type: 'hello', protocol: 1, generation: 0 }))
      await waitFor(() => heard.includes('target-changed'), { what: 'the link has said hello' })
      return { heard, socket }
    }
    const first = await open()
    expect(first.heard).not.toContain('commands-waiting')
    await asked({ kind: 'reboot' })
    await waitFor(() => first.heard.includes('commands-waiting'), { what: 'the device heard of the command' })
    first.socket.terminate()
    const second = await open()
    await waitFor(() => second.heard.includes('commands-waiting'), { what: 'the device heard of it again' })
    second.socket.terminate()
  })

  it('cost an indexed look when there is none', async () => {
    const plan = await api.database.transaction(async (transaction) => {
      await transaction.query('SET LOCAL enable_seqscan = off')
      return transaction.query<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN SELECT * FROM device_commands c
         WHERE c.device_id = $1 AND c.ended_at IS NULL AND c.expires_at > now() ORDER BY c.created_at LIMIT 100`,
        [board.deviceId],
      )
    })
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('device_commands_open')
  })
})
