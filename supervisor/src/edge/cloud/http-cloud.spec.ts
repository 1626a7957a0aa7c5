import { DEVICE_PROTOCOL, DEVICE_ROUTES } from '@flotilla/contracts'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { CloudError } from '../../errors.js'
import { createIdentity, openIdentity, type Identity } from '../../identity.js'
import { registerRequest } from '../../loops/register.js'
import { FakeClock } from '../../testing/fake-clock.js'
import { FakeCloud } from '../../testing/fake-cloud.js'
import { app, fakeImage, service } from '../../testing/targets.js'
import { HttpCloud } from './http-cloud.js'

describe('the client of the control plane', () => {
  let server: FakeCloud
  let identity: Identity
  let clock: FakeClock
  let cloud: HttpCloud
  beforeEach(async () => {
    server = await FakeCloud.start()
    identity = openIdentity(createIdentity())
    clock = new FakeClock()
    cloud = new HttpCloud({ serverUrl: server.url, identity, clock })
  })
  afterEach(() => server.stop())

  const request = (provisioningKey = 'key') =>
    registerRequest(identity, { platform: 'linux/arm64' }, { provisioningKey, name: 'porch' })
  const register = () => cloud.register(request())
  const tokenRequests = () => server.requests.filter((it) => it.startsWith(`POST ${DEVICE_ROUTES.token}`)).length
  const failure = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(CloudError)
    return error as CloudError
  }

  it('registers, and gets the same answer when it asks again', async () => {
    const registration = await register()
    expect(registration.deviceName).toBe('porch')
    expect(await register()).toEqual(registration)
    expect(server.device.hardware).toEqual({
      uuid: identity.uuid,
      publicKey: identity.publicKey,
      platform: 'linux/arm64',
    })
  })

  const report = { protocol: 1, baseline: 0, number: 1, at: '2026-11-21T08:00:00Z', changes: {}, events: [] }

  it('tells the problem that the server had, by its code', async () => {
    const error = await failure(cloud.register(request('used up')))
    expect(error.facts).toMatchObject({ status: 403, code: 'provisioning-key-invalid' })
    expect(error.message).toContain('Make another provisioning key.')
    expect(error.isUnwanted).toBe(false)
  })

  it('knows what the server will never take', async () => {
    await register()
    server.fault = (name) =>
      name.startsWith('PATCH') ? { status: 422, body: { detail: 'No such release.' } } : undefined
    expect((await failure(cloud.sendReport(report))).isUnwanted).toBe(true)
  })

  it.each([400, 404, 422])(
    'takes a token that is refused with %d for no word about what it was for',
    async (status) => {
      await register()
      server.fault = (name) => (name === `POST ${DEVICE_ROUTES.challenge}` ? { status } : undefined)
      const error = await failure(cloud.sendReport(report))
      expect([error.facts.status, error.isUnwanted, error.isUnknown]).toEqual([status, false, false])
    },
  )

  it('knows that it waits in the accept queue', async () => {
    server.fault = () => ({ status: 202 })
    expect((await failure(register())).facts.status).toBe(202)
  })

  it('gets a target once, and then only that nothing has changed', async () => {
    await register()
    server.deploy(server.device, [app(1, { web: service(fakeImage('web')) })])
    const first = await cloud.fetchTarget(undefined)
    expect(JSON.parse(first.changed?.signed.payload ?? '')).toMatchObject({ generation: 2 })
    expect(first.nextPollMs).toBe(3_600_000)
    expect(await cloud.fetchTarget(first.changed?.etag)).toEqual({ nextPollMs: 3_600_000 })
    expect(server.requests.at(-1)).toBe(`GET ${DEVICE_ROUTES.target} 304`)
  })

  it('asks for cheaper ways to an image', async () => {
    await register()
    const [image, have] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string]
    const delta = { from: have, to: image, digest: `sha256:${'3'.repeat(64)}`, sizeBytes: 17 }
    server.device.imageSources = () => ({ paths: [{ deltas: [delta] }], pending: { retryAfterSeconds: 5 } })
    expect(await cloud.imageSources({ image, have: [have] })).toEqual(server.device.imageSources({ image, have: [] }))
    expect(server.device.imageQuestions).toEqual([{ image, have: [have] }])
  })

  it('uses one token for everything, also when many ask at once', async () => {
    await register()
    await Promise.all([cloud.fetchTarget(undefined), cloud.registryToken(), cloud.fetchTarget(undefined)])
    await cloud.registryToken()
    expect(tokenRequests()).toBe(1)
  })

  it('renews its token shortly before it runs out, by the monotonic clock', async () => {
    server.tokenSeconds = 600
    await register()
    await cloud.registryToken()
    await clock.advance(500_000)
    await cloud.registryToken()
    expect(tokenRequests()).toBe(1)
    await clock.advance(50_000)
    await cloud.registryToken()
    expect(tokenRequests()).toBe(2)
  })

  it('gets another token when the server no longer takes its own, and tries once more', async () => {
    await register()
    await cloud.registryToken()
    server.tokens.clear()
    await expect(cloud.registryToken()).resolves.toMatchObject({ expiresInSeconds: 300 })
    expect(tokenRequests()).toBe(2)
  })

  it('gives up when a new token is not taken either', async () => {
    await register()
    server.fault = (name) => (name === `GET ${DEVICE_ROUTES.target}` ? { status: 401 } : undefined)
    expect((await failure(cloud.fetchTarget(undefined))).facts.status).toBe(401)
    expect(tokenRequests()).toBe(2)
  })

  it('tells how long an overloaded server wants to be left alone', async () => {
    await register()
    await cloud.registryToken()
    server.fault = () => ({ status: 503, headers: { 'retry-after': '17' }, body: { title: 'busy', status: 503 } })
    const error = await failure(cloud.fetchTarget(undefined))
    expect(error.facts).toMatchObject({ status: 503, retryAfterMs: 17_000 })
    expect(error.isUnwanted).toBe(false)
  })

  it.each([
    [
      'an answer that is not JSON',
      { status: 200, headers: { 'content-type': 'text/html' }, body: 'Welcome to our WiFi' },
    ],
    ['a redirect', { status: 302, headers: { location: 'http://portal.test/' } }],
    ['an answer of another shape', { status: 200, body: { token: 5 } }],
  ])('does not take %s for the control plane’s', async (_what, fault) => {
    await register()
    server.fault = (name) => (name === `POST ${DEVICE_ROUTES.registryToken}` ? fault : undefined)
    await failure(cloud.registryToken())
  })

  it('says so when there is no answer', async () => {
    await register()
    server.fault = () => ({ isLost: true })
    const error = await failure(cloud.fetchTarget(undefined))
    expect(error.facts.status).toBeUndefined()
  })

  it('ends what is under way when the supervisor stops', async () => {
    const stop = new AbortController()
    const stopped = new HttpCloud({ serverUrl: server.url, identity, clock, signal: stop.signal })
    stop.abort()
    await failure(stopped.register(request()))
  })

  it('sends samples by the dozen, compressed, and the server reads them', async () => {
    await register()
    const metrics = Array.from({ length: 12 }, (_, minute) => ({
      at: `2026-11-21T08:${String(minute).padStart(2, '0')}:00.000Z`,
      memoryUsedBytes: 512_000_000 + minute,
      temperatureCelsius: 52.6,
    }))
    const report = { protocol: 1, baseline: 0, number: 1, at: '2026-11-21T08:00:00Z', changes: {}, events: [], metrics }
    await cloud.sendReport(report)
    expect(server.device.reports).toEqual([report])
  })

  it('sends log lines compressed, and learns which are stored', async () => {
    await register()
    const line = { number: 1, at: '2026-11-21T08:00:00Z', stream: 'stdout' as const, text: 'hello' }
    expect(await cloud.sendLogs({ protocol: DEVICE_PROTOCOL, lines: [line] })).toEqual({ stored: 1 })
    expect(server.device.logs).toEqual([line])
  })

  it('fetches what waits for the device, and measures by the clock of the server until when it is wanted', async () => {
    await register()
    const id = server.command(server.device, { kind: 'restart', service: 'web' }, 600_000)
    const [command, ...others] = await cloud.fetchCommands()
    expect(command).toMatchObject({ id, body: { kind: 'restart', service: 'web', force: false } })
    // The board's own clock stands days before the server's here.
    expect(Math.abs((command?.expiresInMs ?? 0) - 600_000)).toBeLessThan(60_000)
    expect(others).toEqual([])
    await cloud.sendCommandResult({ id, status: 'done', at: '2026-11-21T08:00:00Z' })
    expect(await cloud.fetchCommands()).toEqual([])
    expect(server.device.commandResults).toMatchObject([{ id, status: 'done' }])
  })

  it('is not blinded by a command that only newer supervisors understand', async () => {
    await register()
    const known = server.command(server.device, { kind: 'reboot' })
    const unknown = { ...server.device.commands[0]!, id: randomUUID(), body: { kind: 'fly' } as never }
    server.device.commands.unshift(unknown)
    expect(await cloud.fetchCommands()).toMatchObject([
      { id: unknown.id, body: undefined },
      { id: known, body: { kind: 'reboot' } },
    ])
  })
})
