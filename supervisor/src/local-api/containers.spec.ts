import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DockerEngine } from '../edge/docker/docker-engine.js'
import { listen } from '../edge/local-api/http-listener.js'
import { startDocker, type TestDocker } from '../testing/docker-engine.js'
import { eventually } from '../testing/eventually.js'
import { FakeCloud } from '../testing/fake-cloud.js'
import { freePort } from '../testing/free-port.js'
import { startRegistry, type TestRegistry } from '../testing/registry.js'
import { app, service, type AppInput } from '../testing/targets.js'
import { startAgent, type TestAgent } from '../testing/test-agent.js'
import { localPart } from './local-part.js'

// A script of an app for balena, as it stands in its image: it knows nothing of Flotilla.
const LEGACY = `
set -e
supervisor() { wget -q -O - "$@" 2>&1 || true; }
echo "ping: $(supervisor $BALENA_SUPERVISOR_ADDRESS/ping)"
echo "name: $(supervisor "$RESIN_SUPERVISOR_ADDRESS/v2/device/name?apikey=$RESIN_SUPERVISOR_API_KEY")"
touch $BALENA_APP_LOCK_PATH
auth="Authorization: Bearer $BALENA_SUPERVISOR_API_KEY"
echo "locked: $(supervisor --header "$auth" --post-data "appId=$BALENA_APP_ID" $BALENA_SUPERVISOR_ADDRESS/v1/restart)"
busybox rm $BALENA_APP_LOCK_PATH
echo "state: $(supervisor --header "$auth" $BALENA_SUPERVISOR_ADDRESS/v2/applications/$BALENA_APP_ID/state | head -c 11)"
echo "blink: $(supervisor --header "$auth" --post-data "" $BALENA_SUPERVISOR_ADDRESS/v1/blink)"
echo "tidy: $(supervisor --header "$auth" $BALENA_SUPERVISOR_ADDRESS/v2/cleanup-volumes)"
echo "journal: $(supervisor --header "$auth" --post-data '{"count":1}' $BALENA_SUPERVISOR_ADDRESS/v2/journal-logs)"
exec sleep 1000000`

describe('containers that use the local API, on a real engine', () => {
  let dockerd: TestDocker
  let registry: TestRegistry
  let cloud: FakeCloud
  let agent: TestAgent
  let folder: string
  let image: { repository: string; digest: string }
  let port: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flocal-'))
    port = await freePort()
    ;[dockerd, registry, cloud] = await Promise.all([startDocker(), startRegistry(), FakeCloud.start()])
    image = await registry.publish(dockerd.docker, 'app', 'app')
    const engine = (deviceId: string) => new DockerEngine(deviceId, { socketPath: dockerd.socketPath })
    agent = await startAgent({ cloud, engine, folder, parts: [localPart({ port, listen })] })
    await eventually(() => cloud.linkCount === 1)
    deploy(stack(1))
    await eventually(() => appState()?.confirmedReleaseId === stack(1).release.id)
  })
  afterAll(async () => {
    await agent.stop()
    await dockerd.stop()
    await Promise.all([registry.stop(), cloud.stop()])
    await rm(folder, { recursive: true })
  })

  const stack = (release: number): AppInput => {
    const local = { 'io.flotilla.features.local-api': '1', 'io.flotilla.update.confirm': release > 1 ? 'app' : '' }
    const common = { stopGracePeriodMs: 0 }
    const environment = { RELEASE: String(release) }
    return app(release, {
      web: service(image, { ...common, labels: local, environment }),
      plain: service(image, common),
      legacy: service(image, {
        ...common,
        labels: {
          'io.balena.features.supervisor-api': '1',
          'io.balena.features.requires.sw.supervisor': '>=16.1.0',
        },
        command: ['/bin/sh', '-c', LEGACY],
      }),
      jetson: service(image, {
        ...common,
        labels: { 'io.balena.features.requires.hw.device-type': 'jetson-nano', 'io.balena.features.optional': '1' },
      }),
    })
  }
  const deploy = (release: AppInput) => {
    const generation = (cloud.device.target?.generation ?? 0) + 1
    const target = { ...cloud.targetFor(cloud.device, [release], generation), policy: { confirmSeconds: 1 } }
    cloud.serveTarget(cloud.device, target, generation)
  }
  const appState = () => Object.values(cloud.device.state.apps ?? {})[0]

  async function containerOf(name: string) {
    const filters = { label: [`io.flotilla.service=${name}`] }
    const [found] = await dockerd.docker.listContainers({ filters })
    if (!found) throw new Error(`There is no ${name}`)
    return dockerd.docker.getContainer(found.Id)
  }
  /** Runs a line of shell in a service's container, with its environment; gives what it printed on either stream. */
  async function run(name: string, script: string): Promise<string> {
    const container = await containerOf(name)
    const exec = await container.exec({
      Cmd: ['/bin/sh', '-c', script],
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
    })
    const chunks: Buffer[] = []
    for await (const chunk of await exec.start({ Tty: true })) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString().trim()
  }
  const ask = (path: string, options = '') =>
    run(
      'web',
      `wget -q -O - --header "Authorization: Bearer $FLOTILLA_LOCAL_API_TOKEN" ${options} $FLOTILLA_LOCAL_API_ADDRESS${path}`,
    )
  const post = (path: string, body: object = {}) => ask(path, `--post-data '${JSON.stringify(body)}'`)

  it('reads its state with the address and token of its environment', async () => {
    expect(JSON.parse(await ask('/v1/app'))).toMatchObject({
      wanted: { version: '1.0.0' },
      services: { web: { status: 'running' } },
    })
    expect(JSON.parse(await ask('/v1/plan'))).toMatchObject({ activity: 'settled', steps: [] })
  })

  it('opens to no container without a token, and to nobody from outside the board', async () => {
    const bridge = (await run('web', 'echo $FLOTILLA_LOCAL_API_ADDRESS')).replace(/\/flotilla$/, '')
    expect(await run('plain', 'echo token=$FLOTILLA_LOCAL_API_TOKEN')).toBe('token=')
    expect(await run('plain', `wget -q -O - ${bridge}/flotilla/v1/plan`)).toContain('401')
    expect(await run('plain', `wget -q -O - ${bridge}/ping`)).toBe('OK')
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const outside = addresses.filter(({ internal, family, address }) => {
      return !internal && family === 'IPv4' && !bridge.includes(address)
    })
    for (const { address } of outside) await expect(fetch(`http://${address}:${port}/ping`)).rejects.toThrow()
  })

  it('holds up an update by its lock, reads why, lets it go, and confirms what comes', async () => {
    const before = await containerOf('web')
    expect(JSON.parse(await post('/v1/lock', { reason: 'is measuring' }))).toMatchObject({ service: 'web' })
    deploy(stack(2))
    await eventually(async () => {
      const { waits } = JSON.parse(await ask('/v1/plan')) as { waits: object[] }
      expect(waits).toContainEqual(
        expect.objectContaining({ for: 'lock', service: 'web', sentence: expect.stringContaining('is measuring') }),
      )
    })
    expect((await containerOf('web')).id).toBe(before.id)
    expect(JSON.parse(await post('/v1/lock/release'))).toMatchObject({ detail: 'Released.' })
    await eventually(async () => expect(await run('web', 'echo $RELEASE')).toBe('2'))
    expect(appState()?.confirmedReleaseId).toBe(stack(1).release.id)
    await eventually(async () => expect(JSON.parse(await post('/v1/confirm'))).toHaveProperty('releaseId'))
    await eventually(() => appState()?.confirmedReleaseId === stack(2).release.id)
  })

  it('is the supervisor that a script for balena expects', async () => {
    const said = (text: string) =>
      eventually(() => {
        expect(cloud.device.logs.map((line) => line.text)).toContain(text)
      })
    await said('ping: OK')
    await said('name: {"status":"success","deviceName":"porch"}')
    await said('locked: wget: server returned error: HTTP/1.1 423 Locked')
    await said('state: {"commit":"')
    await said('blink: OK')
    await said('tidy: {"status":"success"}')
    // The machine of this test is nobody's to read.
    await said('journal: wget: server returned error: HTTP/1.1 501 Not Implemented')
    await expect(containerOf('jetson')).rejects.toThrow('There is no jetson')
  })

  it('restarts itself', async () => {
    const before = (await (await containerOf('web')).inspect()).State.StartedAt
    await post('/v1/services/plain/restart')
    // Nobody hears the answer to this one.
    await post('/v1/services/web/restart').catch(() => undefined)
    await eventually(async () => {
      const { State } = await (await containerOf('web')).inspect()
      expect(State).toMatchObject({ Running: true })
      expect(State.StartedAt).not.toBe(before)
    })
  })
})
