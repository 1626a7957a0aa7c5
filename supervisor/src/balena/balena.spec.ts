import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { MakePart } from '../part.js'
import { LocalScene } from '../testing/local-scene.js'
import { APP_ID } from '../testing/steps.js'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'
import { balenaDeviceType } from './device-type.js'
import { featuresOf } from './features.js'
import { numericId } from './numeric-id.js'

const labels = { 'io.balena.features.supervisor-api': '1', 'io.resin.features.dbus': '1' }
const stack: AppInput = app(
  1,
  {
    web: service(fakeImage('web'), { labels, environment: { MODE: 'x' }, stopGracePeriodMs: 0 }),
    db: service(fakeImage('db'), { user: 'postgres', volumes: [{ type: 'volume', source: 'data', target: '/data' }] }),
  },
  { volumes: { data: {} } },
)
const id = numericId(APP_ID)

describe('an app that was written for balena', () => {
  let local: LocalScene
  let blinks: number
  const board: MakePart = () => ({
    steps: { reboot: () => Promise.resolve(), shutdown: () => Promise.resolve() },
    offers: {
      latestMetrics: () => ({ at: '2026-11-21T08:00:00Z', cpuPercent: 7, memoryUsedBytes: 104_857_600 }),
      blink: () => Promise.resolve(++blinks > 0),
    },
  })
  beforeEach(async () => {
    blinks = 0
    local = new LocalScene({}, [board])
    await local.start([stack])
  })
  afterEach(() => local.stop())

  const container = (name: string) => local.daemon.containerOf(name)!
  const environment = (name = 'web') => container(name).surroundings?.environment ?? {}
  /** As the app does it: with what its environment says. */
  const ask = (line: string, body?: unknown) =>
    local.ask(line, body, { token: environment().BALENA_SUPERVISOR_API_KEY })

  it('finds its variables, under both names', () => {
    expect(environment()).toMatchObject({
      BALENA: '1',
      RESIN: '1',
      USER: 'root',
      BALENA_APP_ID: String(id),
      BALENA_APP_UUID: APP_ID.replaceAll('-', ''),
      BALENA_APP_NAME: 'weather',
      BALENA_SERVICE_NAME: 'web',
      BALENA_DEVICE_ARCH: 'aarch64',
      BALENA_DEVICE_TYPE: 'generic-aarch64',
      BALENA_DEVICE_NAME_AT_INIT: 'porch',
      BALENA_APP_LOCK_PATH: '/tmp/balena/updates.lock',
      BALENA_SERVICE_HANDOVER_COMPLETE_PATH: '/tmp/balena/handover-complete',
      RESIN_SERVICE_KILL_ME_PATH: '/tmp/balena/handover-complete',
      BALENA_SUPERVISOR_ADDRESS: 'http://172.17.0.1:48484',
      BALENA_SUPERVISOR_HOST: '172.17.0.1',
      BALENA_SUPERVISOR_PORT: '48484',
      BALENA_HOST_OS_VERSION: '',
    })
    for (const [name, value] of Object.entries(environment()).filter(([it]) => /^BALENA_(APP|DEVICE|SUPER)/.test(it))) {
      expect(environment()[name.replace('BALENA', 'RESIN')]).toBe(value)
    }
    expect(environment('db')).not.toHaveProperty('USER')
    expect(environment('db')).not.toHaveProperty('BALENA_SUPERVISOR_API_KEY')
  })

  it('gets what of the board its labels ask for, and no new container for a newer supervisor', () => {
    expect(container('web').surroundings?.binds).toEqual([{ source: '/run/dbus', target: '/host/run/dbus' }])
    const all = ['sysfs', 'procfs', 'kernel-modules', 'firmware', 'journal-logs', 'balena-socket', 'gpu']
    const asked = Object.fromEntries(all.map((name) => [`io.balena.features.${name}`, 'true']))
    const { binds, environment: added, gpu } = featuresOf({ labels: asked }, '/run/docker.sock')
    expect(binds.map(({ target }) => target)).toEqual([
      ...['/sys', '/proc', '/lib/modules', '/lib/firmware'],
      ...['/var/log/journal', '/run/log/journal', '/etc/machine-id'],
      ...['/host/run/balena-engine.sock', '/run/docker.sock', '/var/run/balena.sock', '/var/run/docker.sock'],
    ])
    expect(added).toEqual({ DOCKER_HOST: 'unix:///host/run/balena-engine.sock' })
    expect(gpu).toBe(true)
    expect(featuresOf({ labels: { 'io.balena.features.dbus': '0' } }, undefined)).toMatchObject({
      binds: [],
      gpu: false,
    })
  })

  it('pings without a key, and reaches the rest with its own alone, in the header or the query', async () => {
    expect(await local.ask('GET /ping', undefined, { token: undefined })).toMatchObject({ status: 200, text: 'OK' })
    expect(await local.ask('GET /v1/healthy', undefined, { token: undefined })).toMatchObject({ status: 200 })
    expect(await local.ask('GET /v1/device', undefined, { token: undefined })).toMatchObject({ status: 401 })
    expect(await ask('GET /v1/device')).toMatchObject({ status: 200 })
  })

  it('reads the state of the device and its apps', async () => {
    expect((await ask('GET /v1/device')).json).toMatchObject({ api_port: 48484, status: 'Idle', update_pending: false })
    expect((await ask('GET /v2/applications/state')).json).toMatchObject({
      weather: { appId: id, services: { web: { status: 'Running', downloadProgress: null } } },
    })
    for (const name of [id, APP_ID, APP_ID.replaceAll('-', '')]) {
      expect((await ask(`GET /v2/applications/${name}/state`)).json).toMatchObject({ local: { [id]: {} } })
    }
    expect(await ask('GET /v2/applications/7/state')).toMatchObject({ status: 401 })
    expect((await ask('GET /v2/state/status')).json).toMatchObject({
      ...{ status: 'success', appState: 'applied', overallDownloadProgress: null },
      containers: [
        { serviceName: 'db', appId: id },
        { serviceName: 'web', status: 'Running', containerId: container('web').id },
      ],
    })
    expect((await ask('GET /v2/containerId?serviceName=web')).json).toEqual({
      status: 'success',
      containerId: container('web').id,
    })
    expect((await ask('GET /v2/containerId')).json).toMatchObject({ services: { db: container('db').id } })
    expect((await ask('GET /v2/device/name')).json).toEqual({ status: 'success', deviceName: 'porch' })
    expect((await ask('GET /v2/version')).json).toMatchObject({ status: 'success', version: expect.any(String) })
    expect((await ask('GET /v2/device/metrics')).json).toMatchObject({ metrics: { cpu_usage: 7, memory_usage: 100 } })
    expect((await ask('GET /v1/device/host-config')).json).toEqual({ network: { hostname: 'porch' } })
  })

  it('reaches the other apps of the board, as on balena; one with a token of Flotilla’s does not', async () => {
    const other = {
      ...app(9, { cam: service(fakeImage('web')) }),
      id: '7f6d3c1e-0000-4000-8000-000000000001',
      name: 'cam',
    }
    await local.scene.setTarget([stack, other])
    await local.clock.advance(120_000)
    expect(Object.keys((await ask('GET /v2/applications/state')).json)).toEqual(['weather', 'cam'])
    const line = `GET /v2/applications/${numericId(other.id)}/state`
    expect(await ask(line)).toMatchObject({ status: 200 })
    expect(await local.ask(line)).toMatchObject({ status: 401 })
  })

  it('keeps tags', async () => {
    expect(await ask('PATCH /v2/device/tags', { place: 'roof' })).toMatchObject({ status: 200 })
    expect((await ask('GET /v2/device/tags')).json).toMatchObject({ tags: [{ name: 'place', value: 'roof' }] })
  })

  it.each([
    ['POST /v1/restart', { appId: id }, 'OK'],
    [`POST /v2/applications/${id}/restart`, {}, 'OK'],
    [`POST /v2/applications/${id}/restart-service`, { serviceName: 'web' }, 'OK'],
    [`POST /v2/applications/${id}/stop-service`, { serviceName: 'web' }, 'OK'],
  ])('restarts and stops: %s', async (line, body, answer) => {
    local.daemon.writes.splice(0)
    const asked = ask(line, body)
    await local.clock.advance(5_000)
    expect(await asked).toMatchObject({ status: 200, text: answer })
    expect(local.daemon.writes).toContain('stop-container web')
  })

  it('starts again what it stopped', async () => {
    await ask(`POST /v2/applications/${id}/stop-service`, { serviceName: 'web' })
    expect(container('web').status).toBe('exited')
    expect(await ask(`POST /v2/applications/${id}/start-service`, { serviceName: 'web' })).toMatchObject({
      status: 200,
    })
    expect(container('web').status).toBe('running')
    expect(await ask(`POST /v2/applications/${id}/start-service`, { serviceName: 'no' })).toMatchObject({ status: 404 })
  })

  it('is held up by its lock, and told so with 423, unless it forces', async () => {
    container('web').files.set('/tmp/balena/updates.lock', local.clock.now())
    expect(await ask('POST /v1/restart', { appId: id })).toMatchObject({ status: 423, json: { status: 'failed' } })
    expect(await ask('POST /v1/reboot')).toMatchObject({ status: 423, json: { Data: '', Error: expect.any(String) } })
    expect(await ask('POST /v1/reboot', { force: '1' })).toMatchObject({
      status: 202,
      json: { Data: 'OK', Error: null },
    })
    expect((await local.scene.store.requests.read())?.power).toMatchObject({ kind: 'reboot', force: true })
  })

  it('updates, purges and shuts down', async () => {
    expect(await ask('POST /v1/update', { force: true })).toMatchObject({ status: 204 })
    expect(await ask('POST /v1/purge', { appId: id })).toMatchObject({ status: 200, json: { Data: 'OK', Error: '' } })
    expect(await ask(`POST /v2/applications/${id}/purge`)).toMatchObject({ status: 200, text: 'OK' })
    expect(await ask('POST /v1/shutdown')).toMatchObject({ status: 202 })
    expect(await ask('POST /v1/purge', { appId: 7 })).toMatchObject({ status: 401 })
  })

  it('uses the routes for one service where it has one, and is sent to the others where it has more', async () => {
    expect(await ask(`GET /v1/apps/${id}`)).toMatchObject({ status: 400 })
    await local.scene.setTarget([app(2, { web: stack.services.web! })])
    await local.clock.advance(120_000)
    expect((await ask(`GET /v1/apps/${id}`)).json).toMatchObject({
      appId: id,
      containerId: container('web').id,
      env: { MODE: 'x' },
    })
    expect(await ask(`POST /v1/apps/${id}/stop`)).toMatchObject({ status: 200 })
    expect(await ask(`POST /v1/apps/${id}/start`)).toMatchObject({ status: 200 })
  })

  it('has the board blink, and is answered OK where there is no light for it', async () => {
    expect(await ask('POST /v1/blink')).toMatchObject({ status: 200, text: 'OK' })
    expect(blinks).toBe(1)
    local.scene.core!.offers.blink = undefined
    expect(await ask('POST /v1/blink')).toMatchObject({ status: 200, text: 'OK' })
  })

  it('removes the volumes that its releases have left over, and no others', async () => {
    const names = () => [...local.daemon.volumes.values()].map(({ step }) => step.key).sort()
    const mounts = (...keys: string[]) =>
      keys.map((key) => ({ type: 'volume' as const, source: key, target: `/${key}` }))
    const release = (number: number, keys: string[]) =>
      app(number, { ...stack.services, db: service(fakeImage('db'), { volumes: mounts(...keys) }) })
    await local.scene.setTarget([release(2, ['data', 'cache'])])
    await local.clock.advance(240_000)
    // It was not confirmed for long when the next one comes: this is what the device would go back to.
    await local.scene.setTarget([release(3, ['data', 'index'])])
    await local.clock.advance(20_000)
    expect((await ask('GET /v2/cleanup-volumes')).json).toEqual({ status: 'success' })
    expect(names()).toEqual(['cache', 'data', 'index'])
    await local.clock.advance(240_000)
    expect(names()).toEqual(['cache', 'data', 'index'])
    expect(await ask('GET /v2/cleanup-volumes')).toMatchObject({ status: 200, json: { status: 'success' } })
    expect(names()).toEqual(['data', 'index'])
    expect(container('db').status).toBe('running')
  })

  it('is told where a volume cannot be removed', async () => {
    await local.scene.setTarget([app(2, { web: stack.services.web! })])
    await local.clock.advance(240_000)
    local.daemon.failure = (write) => (write.startsWith('remove-volume') ? new Error('disk is busy') : undefined)
    expect(await ask('GET /v2/cleanup-volumes')).toMatchObject({
      status: 503,
      json: { status: 'failed', message: 'disk is busy' },
    })
  })

  it.each(['POST /v1/regenerate-api-key', 'GET /v2/local/target-state', 'GET /v2/local/logs'])(
    'is told plainly where this supervisor does not do it: %s',
    async (line) => {
      const { status, json } = await ask(line)
      expect(status).toBe(501)
      expect(json.message).toMatch(/^Flotilla's supervisor does not do this: .+\.$/)
    },
  )

  it('knows its board by balena’s name for it', () => {
    const named = (deviceType: string, platform: 'linux/arm64' | 'linux/arm/v7' | 'linux/arm/v6' | 'linux/amd64') =>
      balenaDeviceType({ deviceType, platform })
    expect(named('raspberrypi,4-model-b', 'linux/arm64')).toBe('raspberrypi4-64')
    expect(named('raspberrypi,3-model-b-plus', 'linux/arm/v7')).toBe('raspberrypi3')
    expect(named('raspberrypi,model-zero-2-w', 'linux/arm64')).toBe('raspberrypi0-2w-64')
    expect(named('raspberrypi,model-zero-w', 'linux/arm/v6')).toBe('raspberry-pi')
    expect(named('acme,board', 'linux/amd64')).toBe('generic-amd64')
  })
})
