import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Answer } from '../actions/answer.js'
import type { MakePart } from '../part.js'
import { LocalScene } from '../testing/local-scene.js'
import { APP_ID } from '../testing/steps.js'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'

const labels = { 'io.flotilla.features.local-api': '1' }
const web = (image: string) => service(fakeImage(image), { labels, stopGracePeriodMs: 0 })
const stack = (release: number, image = 'web'): AppInput =>
  app(
    release,
    {
      db: service(fakeImage('db'), { volumes: [{ type: 'volume', source: 'data', target: '/data' }] }),
      web: { ...web(image), dependsOn: { db: { condition: 'service_started' } } },
    },
    { volumes: { data: {} } },
  )

describe('the local API', () => {
  let local: LocalScene
  const snapshots = { id: 's1' as string | undefined, calls: [] as string[] }
  const offering: MakePart = () => ({
    steps: { reboot: () => Promise.resolve() },
    offers: {
      latestMetrics: () => ({ at: '2026-11-21T08:00:00Z', cpuPercent: 12.5, isThrottled: false }),
      snapshots: {
        list: () => ({ s1: { volume: 'data', at: '2026-11-21T08:00:00Z', cause: 'manual' } }),
        create: () => Promise.resolve(['s2']),
        restore: () => Promise.reject(new Error('There is no snapshot s9.')),
        upload: () => Promise.resolve(),
        remove: (_app, id) => Promise.resolve(void snapshots.calls.push(id)),
      },
    },
  })
  beforeEach(async () => {
    local = new LocalScene({}, [offering])
    await local.start([stack(1)])
  })
  afterEach(() => local.stop())

  const device = () => ({ token: local.token({ scope: 'device' }) })
  const container = (name: string) => local.daemon.containerOf(name)!
  const writes = () => local.daemon.writes.splice(0)

  describe('opens to', () => {
    it('nobody without a token, but tells everybody whether it is well', async () => {
      expect(await local.own('GET /v1/app', undefined, { token: undefined })).toMatchObject({ status: 401 })
      expect(await local.own('GET /v1/health', undefined, { token: undefined })).toMatchObject({ status: 200 })
      local.daemon.isDown = true
      await local.clock.advance(60_000)
      expect(await local.own('GET /v1/health', undefined, { token: undefined })).toMatchObject({ status: 503 })
    })

    it('no token that was made up, changed, or made for another device', async () => {
      const token = local.token()
      const [claims = '', mac = ''] = token.split('.')
      const forged = Buffer.from(JSON.stringify([APP_ID, 'web', 'device'])).toString('base64url')
      for (const bad of ['', 'x', 'x.y', claims, `${claims}.`, `${forged}.${mac}`, `${claims}.${mac}x`, `${token}x`]) {
        expect(await local.own('GET /v1/app', undefined, { token: bad })).toMatchObject({ status: 401 })
      }
      expect(await local.own('GET /v1/app', undefined, { token })).toMatchObject({ status: 200 })
    })

    it('no token of an app that has left the device', async () => {
      const token = local.token({ appId: 'a7f0a3c8-0000-4000-8000-000000000000' })
      expect(await local.own('GET /v1/app', undefined, { token })).toMatchObject({ status: 401 })
    })

    it('a service for its app, and for the board only where its label says so', async () => {
      for (const path of ['reboot', 'shutdown', 'hostname']) {
        const answer = await local.own(`POST /v1/device/${path}`, { hostname: 'porch' })
        expect(answer).toMatchObject({ status: 403, json: { code: 'not-allowed' } })
      }
      expect(await local.own('POST /v1/device/reboot', {}, device())).toMatchObject({ status: 202 })
      // No part of this board knows how.
      expect(await local.own('POST /v1/device/shutdown', {}, device())).toMatchObject({ status: 501 })
    })

    it('no stranger who tries tokens in a loop, and tells all others meanwhile whether it is well', async () => {
      const statuses = new Set<number>()
      for (let n = 0; n < 40; n++) statuses.add((await local.own('GET /v1/device', {}, { token: `x.${n}` })).status)
      expect([...statuses]).toEqual([401, 429])
      for (const path of ['/flotilla/v1/health', '/v1/healthy', '/ping']) {
        expect(await local.ask(`GET ${path}`, undefined, { token: undefined })).toMatchObject({ status: 200 })
      }
      expect(await local.own('GET /v1/device')).toMatchObject({ status: 200 })
    })

    it('nobody who asks without pause', async () => {
      const statuses = new Set<number>()
      for (let n = 0; n < 80; n++) statuses.add((await local.own('GET /v1/device')).status)
      expect([...statuses]).toEqual([200, 429])
      await local.clock.advance(10_000)
      expect(await local.own('GET /v1/device')).toMatchObject({ status: 200 })
    })
  })

  it('gives containers its address and a token, by label, and everybody the paths of the files', async () => {
    const { environment = {} } = container('web').surroundings ?? {}
    expect(environment).toMatchObject({
      FLOTILLA_LOCAL_API_ADDRESS: 'http://172.17.0.1:48484/flotilla',
      FLOTILLA_LOCK_PATH: '/tmp/flotilla/updates.lock',
    })
    expect(await local.own('GET /v1/app', undefined, { token: environment.FLOTILLA_LOCAL_API_TOKEN })).toMatchObject({
      status: 200,
    })
    expect(container('db').surroundings?.environment).not.toHaveProperty('FLOTILLA_LOCAL_API_TOKEN')
    expect(container('db').surroundings?.environment).toHaveProperty('FLOTILLA_HANDOVER_COMPLETE_PATH')
  })

  it('listens on the machine itself and where containers reach it, as soon as that is there', async () => {
    expect([...local.addresses].sort()).toEqual(['127.0.0.1', '172.17.0.1'])
    await local.stop()
    expect([...local.addresses]).toEqual([])
  })

  it('tells of the app, the device and the plan', async () => {
    expect((await local.own('GET /v1/app')).json).toMatchObject({
      name: 'weather',
      wanted: { version: '1.0.0' },
      services: { web: { status: 'running' } },
      snapshots: { s1: { volume: 'data' } },
    })
    expect((await local.own('GET /v1/device')).json).toMatchObject({
      name: 'porch',
      activity: 'settled',
      generation: 1,
      platform: 'linux/arm64',
    })
    expect((await local.own('GET /v1/plan')).json).toMatchObject({ activity: 'settled', steps: [], waits: [] })
  })

  it('answers problems with a code and a sentence', async () => {
    expect(await local.own('GET /v1/nothing')).toMatchObject({ status: 404, json: { code: 'not-found' } })
    expect(await local.own('DELETE /v1/app')).toMatchObject({ status: 405, json: { code: 'wrong-method' } })
    expect(await local.own('POST /v1/lock', { seconds: -1 })).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
      json: { code: 'invalid-input', issues: [{ path: '/seconds' }] },
    })
  })

  it('restarts a service, and the app in its order', async () => {
    writes()
    expect(await local.own('POST /v1/services/db/restart')).toMatchObject({
      status: 200,
      json: { detail: 'Restarted db.' },
    })
    expect(writes()).toEqual(['stop-container db', 'start-container db'])
    const asked = local.own('POST /v1/restart')
    await local.clock.advance(5_000)
    expect(await asked).toMatchObject({ status: 200, json: { detail: 'Restarted db, web.' } })
    expect(writes()).toEqual(['stop-container web', 'stop-container db', 'start-container db', 'start-container web'])
    expect(await local.own('POST /v1/services/cache/restart')).toMatchObject({ status: 404 })
  })

  it('stops a service until it is started by hand, also when the supervisor starts anew', async () => {
    expect(await local.own('POST /v1/services/web/stop')).toMatchObject({ status: 200 })
    await local.clock.advance(120_000)
    expect(container('web').status).toBe('exited')
    await local.scene.restart()
    await local.clock.advance(120_000)
    expect(container('web').status).toBe('exited')
    expect(await local.own('POST /v1/services/web/start')).toMatchObject({ status: 200 })
    await local.clock.advance(60_000)
    expect(container('web').status).toBe('running')
  })

  it('empties volumes, and starts their services again', async () => {
    const before = [...local.daemon.volumes.values()][0]
    expect(await local.own('POST /v1/purge', { volumes: ['files'] })).toMatchObject({ status: 404 })
    expect(await local.own('POST /v1/purge')).toMatchObject({ status: 202 })
    await local.clock.advance(120_000)
    expect([...local.daemon.volumes.values()][0]).not.toBe(before)
    expect(local.daemon.volumes.size).toBe(1)
    expect(container('db').status).toBe('running')
    expect(local.scene.core?.requests.requests.purge).toEqual([])
  })

  it('keeps tags, and reports them', async () => {
    expect((await local.own('PATCH /v1/device/tags', { place: 'roof', old: 'x' })).json).toEqual({
      place: 'roof',
      old: 'x',
    })
    expect((await local.own('PATCH /v1/device/tags', { old: null })).json).toEqual({ place: 'roof' })
    await local.scene.restart()
    await local.clock.advance(60_000)
    expect((await local.own('GET /v1/device/tags')).json).toEqual({ place: 'roof' })
  })

  it('gives the last measurement, to Prometheus too', async () => {
    expect((await local.own('GET /v1/device/metrics')).json).toMatchObject({ cpuPercent: 12.5 })
    const { text } = await local.own('GET /v1/device/metrics', undefined, { accept: 'text/plain' })
    expect(text).toContain('flotilla_cpu_percent 12.5\n')
    expect(text).toContain('flotilla_is_throttled 0\n')
  })

  it('lists, makes, restores and removes snapshots', async () => {
    expect((await local.own('GET /v1/snapshots')).json).toMatchObject({ snapshots: { s1: { volume: 'data' } } })
    expect(await local.own('POST /v1/snapshots', { volume: 'data' })).toMatchObject({ status: 201 })
    expect(await local.own('POST /v1/snapshots/s9/restore')).toMatchObject({
      status: 500,
      json: { detail: 'There is no snapshot s9.' },
    })
    expect(await local.own('DELETE /v1/snapshots/s1')).toMatchObject({ status: 202 })
    expect(snapshots.calls).toEqual(['s1'])
  })

  it('sets no hostname on a host that cannot, and none against the fleet', async () => {
    expect(await local.own('POST /v1/device/hostname', { hostname: 'porch' }, device())).toMatchObject({ status: 501 })
    await local.scene.setTarget([stack(1)], { config: { FLOTILLA_HOST_HOSTNAME: 'attic' } })
    expect(await local.own('POST /v1/device/hostname', { hostname: 'porch' }, device())).toMatchObject({ status: 409 })
    expect(await local.own('POST /v1/device/hostname', { hostname: 'No Name' }, device())).toMatchObject({
      status: 400,
    })
  })

  it('tells what happens as it happens', async () => {
    const stop = new AbortController()
    const { body } = await local.own('GET /v1/events', undefined, { signal: stop.signal })
    const seen: string[] = []
    const reading = (async () => {
      for await (const chunk of body as AsyncIterable<string>) seen.push(chunk)
    })()
    await local.clock.advance(100)
    expect(seen.join('')).toMatch(/^event: app\ndata: \{.*\n\nevent: plan\n/)
    container('web').exit(3)
    await local.clock.advance(40_000)
    stop.abort()
    await local.clock.advance(100)
    await reading
    expect(seen.join('')).toMatch(/event: app\ndata: .*"exited"/)
    expect(seen.join('')).toMatch(/event: event\ndata: .*"step-done"/)
  })

  it('begins an update at once where it is asked to, and against locks where it is forced', async () => {
    const next = [stack(2, 'web-2')]
    local.publish(next)
    expect(await local.own('POST /v1/lock', { reason: 'is measuring' })).toMatchObject({ status: 200 })
    await local.scene.setTarget(next)
    await local.clock.advance(300_000)
    expect(container('web').step.spec.image).toContain('/web@')
    expect((await local.own('GET /v1/plan')).json).toMatchObject({
      waits: [{ for: 'lock', service: 'web', sentence: expect.stringContaining('is measuring') }],
    })
    const { json } = await local.own('POST /v1/restart')
    const answer = json as unknown as Extract<Answer, { status: 'refused' }>
    expect(answer).toMatchObject({ code: 'locked', locks: [{ service: 'web', by: 'api' }] })
    expect(answer.detail).toContain('Locked by web over the local API (is measuring), for at most 55 minutes')
    await local.own('POST /v1/lock', { seconds: 60 })
    const { json: soon } = await local.own('POST /v1/restart')
    expect(soon).toMatchObject({ detail: expect.stringContaining('over the local API, for at most a minute.') })
    expect(await local.own('POST /v1/update', { force: true })).toMatchObject({ status: 202 })
    await local.clock.advance(60_000)
    expect(container('web').step.spec.image).toContain('/web-2@')
  })

  it('confirms a release that waits for its app', async () => {
    const confirmed = { ...web('web-2'), labels: { ...labels, 'io.flotilla.update.confirm': 'app' } }
    const next = [app(2, { ...stack(1).services, web: confirmed }, { volumes: { data: {} } })]
    local.publish(next)
    expect(await local.own('POST /v1/confirm')).toMatchObject({
      status: 200,
      json: { detail: expect.stringContaining('nothing') },
    })
    await local.scene.setTarget(next)
    await local.clock.advance(20_000)
    expect(await local.own('POST /v1/confirm')).toMatchObject({ status: 200, json: { releaseId: next[0]!.release.id } })
    await local.clock.advance(120_000)
    expect((await local.own('GET /v1/app')).json).toMatchObject({ confirmedReleaseId: next[0]!.release.id })
  })
})
