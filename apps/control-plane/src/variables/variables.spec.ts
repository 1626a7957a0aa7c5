import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type {
  DeviceEventView,
  DeviceView,
  FleetView,
  Page,
  ProblemDetails,
  SetVariable,
  VariableView,
} from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet, joinFleet, succeed, type TestBoard } from '../testing/test-board.js'

type Setting = Partial<SetVariable> & Pick<SetVariable, 'name' | 'value'>

describe('variables', () => {
  let api: TestApi
  let user: TestUser
  let fleet: FleetView
  let board: TestBoard
  beforeAll(async () => {
    api = await createTestApi()
    user = await api.signUp('developer')
  })
  beforeEach(async () => {
    fleet = await createFleet(api, user)
    board = await joinFleet(api, user, fleet.id)
  })
  afterAll(() => api.close())

  const put = (input: Setting, by = user) => api.call(by, 'PUT /api/v1/variables', input)
  const set = async (input: Setting) => (await succeed(await put(input))) as VariableView
  const list = async (query: string) =>
    ((await succeed(await api.call(user, `GET /api/v1/variables?${query}`))) as Page<VariableView>).items
  const generation = async () =>
    ((await succeed(await api.call(user, `GET /api/v1/devices/${board.deviceId}`))) as DeviceView).targetGeneration
  const refusal = async (response: Response) => [response.status, ((await response.json()) as ProblemDetails).code]

  it('sets, changes and removes a variable, and counts each as a new generation', async () => {
    const start = await generation()
    const first = await set({ fleetId: fleet.id, name: 'TZ', value: 'UTC' })
    expect(first).toMatchObject({ fleetId: fleet.id, kind: 'environment', name: 'TZ', value: 'UTC', secret: false })
    expect(await generation()).toBe(start + 1)
    const second = await set({ fleetId: fleet.id, name: 'TZ', value: 'Europe/Berlin' })
    expect(second.id).toBe(first.id)
    expect(await generation()).toBe(start + 2)
    expect((await api.call(user, `DELETE /api/v1/variables/${first.id}`)).status).toBe(204)
    expect(await generation()).toBe(start + 3)
    expect(await list(`fleet=${fleet.id}`)).toEqual([])
    expect(await refusal(await api.call(user, `DELETE /api/v1/variables/${first.id}`))).toEqual([
      404,
      'variable-not-found',
    ])
  })

  it('changes nothing where a variable is set to what it is', async () => {
    const setting = { fleetId: fleet.id, name: 'SAME', value: '1' }
    const first = await set(setting)
    const start = await generation()
    expect(await set(setting)).toEqual(first)
    expect(await generation()).toBe(start)
  })

  it('keeps the four levels apart, and shows a device what reaches it', async () => {
    const places = [
      { fleetId: fleet.id },
      { fleetId: fleet.id, service: 'web' },
      { deviceId: board.deviceId },
      { deviceId: board.deviceId, service: 'web' },
    ]
    for (const place of places) await set({ ...place, name: 'LEVEL', value: JSON.stringify(place) })
    expect(await list(`fleet=${fleet.id}`)).toHaveLength(2)
    expect(await list(`device=${board.deviceId}`)).toHaveLength(2)
    expect(await list(`device=${board.deviceId}&inherited=true`)).toHaveLength(4)
    const [only] = await list(`fleet=${fleet.id}&service=web`)
    expect(only).toMatchObject({ service: 'web', fleetId: fleet.id })
  })

  it('never gives a secret back', async () => {
    const answer = await set({ fleetId: fleet.id, name: 'PASSWORD', value: 'hunter2', secret: true })
    expect(answer).toMatchObject({ secret: true })
    expect(JSON.stringify([answer, await list(`fleet=${fleet.id}`)])).not.toContain('hunter2')
    await set({ fleetId: fleet.id, name: 'PASSWORD', value: 'hunter3', secret: true })
    const audited = await api.database.query<unknown[]>('SELECT * FROM audit_entries')
    const events = await api.database.query<unknown[]>('SELECT * FROM device_events')
    expect(JSON.stringify([audited, events])).not.toMatch(/hunter[23]/)
  })

  it('tells in the history of each device who changed what', async () => {
    await set({ fleetId: fleet.id, service: 'web', name: 'A', value: '1' })
    await set({ deviceId: board.deviceId, name: 'B', value: '2' })
    const path = `GET /api/v1/devices/${board.deviceId}/events` as const
    const { items } = (await succeed(await api.call(user, path))) as Page<DeviceEventView>
    expect(items.slice(0, 2)).toMatchObject([
      { kind: 'variable-set', detail: { level: 'device', name: 'B' }, actor: { kind: 'api-key' } },
      { kind: 'variable-set', detail: { level: 'fleet', name: 'A', service: 'web' } },
    ])
  })

  it('refuses what cannot be a variable', async () => {
    const both = await put({ fleetId: fleet.id, deviceId: board.deviceId, name: 'A', value: '' })
    expect(await refusal(both)).toEqual([400, 'invalid-input'])
    expect(await refusal(await put({ fleetId: fleet.id, name: '1A', value: '' }))).toEqual([400, 'invalid-input'])
    expect(await refusal(await put({ fleetId: fleet.id, name: '__proto__', value: '' }))).toEqual([
      400,
      'invalid-input',
    ])
    const config = await put({ fleetId: fleet.id, kind: 'config', service: 'web', name: 'A', value: '' })
    expect(await refusal(config)).toEqual([422, 'config-variable-of-service'])
    const nul = await put({ fleetId: fleet.id, name: 'A', value: 'a\0b' })
    expect(await refusal(nul)).toEqual([422, 'variable-value-invalid'])
    expect(await refusal(await api.call(user, 'GET /api/v1/variables'))).toEqual([400, 'variable-place-unclear'])
  })

  it('lets operators set what one device has, and developers what a fleet has', async () => {
    const operator = await api.signUp('operator', user.organization)
    const stranger = await api.signUp('admin')
    const ofDevice = { deviceId: board.deviceId, name: 'A', value: '1' }
    const ofFleet = { fleetId: fleet.id, name: 'A', value: '1' }
    expect((await put(ofDevice, operator)).status).toBe(200)
    expect(await refusal(await put(ofFleet, operator))).toEqual([403, 'role-too-low'])
    expect(await refusal(await put(ofDevice, stranger))).toEqual([404, 'device-not-found'])
    expect(await refusal(await put(ofFleet, stranger))).toEqual([404, 'fleet-not-found'])
    const variable = await set(ofFleet)
    const remove = `DELETE /api/v1/variables/${variable.id}` as const
    expect(await refusal(await api.call(stranger, remove))).toEqual([404, 'variable-not-found'])
    const look = await api.call(stranger, `GET /api/v1/variables?fleet=${fleet.id}`)
    expect(await refusal(look)).toEqual([404, 'fleet-not-found'])
  })

  it('sets one variable when several set it at the same time', async () => {
    const values = Array.from({ length: 10 }, (_, index) => String(index))
    const start = await generation()
    await Promise.all(values.map((value) => set({ fleetId: fleet.id, name: 'RACE', value })))
    expect(await list(`fleet=${fleet.id}`)).toHaveLength(1)
    expect(await generation()).toBe(start + 10)
  })
})
