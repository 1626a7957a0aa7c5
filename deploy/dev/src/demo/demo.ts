import { createApiClient, type ApiClient } from '@flotilla/api-client'
import { join } from 'node:path'
import { BASE_IMAGE, makeBaseImages } from '../base-images/base-images.js'
import { BASE_PLATFORMS } from '../base-images/busybox.js'
import { waitFor } from '../processes/wait.js'
import { keptSecret } from '../stack/secrets.js'
import { stopDeviceContainers } from '../stack/stack-device.js'
import { startStack, type Stack } from '../stack/stack.js'
import { appFolder, connectExample, copyExample, pushExample } from './demo-app.js'
import { demoEngine, type DemoEngine } from './demo-engine.js'
import {
  demoFleet,
  demoKey,
  demoToken,
  DEVICE,
  onlineDevice,
  publishesPort,
  targetOf,
  type Device,
  type Fleet,
} from './demo-fleet.js'
import { readDeviceId, writeDeviceId } from './device-id.js'
import { demoSettings, isFirstTime, lockHome, type DemoSettings } from './home.js'
import { Lifetime } from './lifetime.js'
import { Restarts } from './restarts.js'
import { screen, showSummary } from './screen.js'

export interface DemoOptions {
  home: string
  address?: string
  port?: number
  registryPort?: number
}

const EMAIL = 'admin@flotilla.local'

/** `npm start`, once everything is installed and built: starts a Flotilla and stays until it is told to stop. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const unlock = lockHome(options.home)
  const lifetime = new Lifetime()
  try {
    await new Demo(options.home, lifetime).start(options)
    await lifetime.untilEnd()
  } catch (error) {
    // What a step throws because it was interrupted is no failure.
    if (!lifetime.signal.aborted) lifetime.fail(error as Error)
  }
  if (!lifetime.isEmpty) screen.doing('stopping')
  await lifetime.stop().finally(unlock)
  screen.done('stopped')
}

class Demo {
  private readonly logFolder: string
  private readonly restarts: Restarts

  constructor(
    private readonly home: string,
    private readonly lifetime: Lifetime,
  ) {
    this.logFolder = join(home, 'logs')
    this.restarts = new Restarts(lifetime, this.logFolder)
  }

  async start(options: DemoOptions): Promise<void> {
    const settings = await demoSettings(this.home, options)
    const engine = await this.startEngine(`${settings.address}:${settings.registryPort}`)
    const stack = await this.startServers(settings, engine)
    const admin = { email: EMAIL, password: keptSecret(this.home, 'admin-password') }
    const token = await demoToken(this.home, stack.url, admin)
    const api = createApiClient({ baseUrl: stack.url, token })
    const fleet = await demoFleet(api)
    const device = await this.startDevice(stack, engine, { api, fleetId: fleet.id })
    const pageUrl = await this.deploy(fleet, device, { api, token, settings })
    showSummary({
      url: stack.url,
      email: EMAIL,
      password: isFirstTime(this.home, 'password-shown') ? admin.password : undefined,
      passwordFile: join(this.home, 'secrets', 'admin-password'),
      pageUrl,
      appFolder: appFolder(this.home),
      logFolder: this.logFolder,
      device: device?.name ?? DEVICE,
      fleet: fleet.name,
    })
    void this.makeForeignBaseImages(engine)
  }

  /** For the boards that a person may add. Nothing waits for it: Debian's lists of packages take a while to come. */
  private async makeForeignBaseImages(engine: DemoEngine): Promise<void> {
    try {
      await makeBaseImages(engine.docker, BASE_PLATFORMS)
    } catch (error) {
      if (this.lifetime.signal.aborted) return
      const effect = `Until the next start, nothing can build on ${BASE_IMAGE} for boards of another architecture.`
      screen.problem(`${(error as Error).message} ${effect}`)
    }
  }

  private async startEngine(registry: string): Promise<DemoEngine> {
    const engine = await demoEngine({ home: this.home, registry, onCrash: this.restarts.onCrash })
    this.lifetime.onStop(() => engine.stop())
    // Before the servers are stopped the supervisor would start them again: see the order in Lifetime.
    this.lifetime.onStop(() => this.stopContainers(engine))
    const note = engine.isOwn ? `one of its own, data in ${join(this.home, 'engine')}` : engine.dockerHost
    screen.done('Docker engine', note)
    this.lifetime.signal.throwIfAborted()
    await makeBaseImages(engine.docker)
    this.lifetime.signal.throwIfAborted()
    return engine
  }

  private async startServers(settings: DemoSettings, engine: DemoEngine): Promise<Stack> {
    const stack = await startStack({
      dataDir: this.home,
      dockerHost: engine.dockerHost,
      address: settings.address,
      ports: { api: settings.port, registry: settings.registryPort },
      admin: { email: EMAIL, password: keptSecret(this.home, 'admin-password') },
      onCrash: this.restarts.onCrash,
    })
    this.lifetime.onStop(() => stack.stop())
    for (const program of ['api', 'worker', 'builder'] as const) {
      this.restarts.add(program, () => stack.startProgram(program))
    }
    screen.done('Postgres, registry, api, worker and builder', stack.url)
    this.lifetime.signal.throwIfAborted()
    return stack
  }

  /** The device, or undefined where it does not come online: a person may have removed it. */
  private async startDevice(
    stack: Stack,
    engine: DemoEngine,
    { api, fleetId }: { api: ApiClient; fleetId: string },
  ): Promise<Device | undefined> {
    const provisioningKey = await demoKey(this.home, api, fleetId)
    const supervisor = await stack.addDevice({ name: DEVICE, provisioningKey, dockerHost: engine.dockerHost })
    this.restarts.add(`supervisor ${DEVICE}`, () => supervisor.start())
    try {
      const device = await onlineDevice(api, readDeviceId(this.home), this.lifetime.signal)
      writeDeviceId(this.home, device.id)
      screen.done(`device ${device.name} in fleet ${device.fleet}`)
      return device
    } catch (error) {
      this.lifetime.signal.throwIfAborted()
      screen.problem(`${(error as Error).message} See ${join(this.logFolder, `supervisor-${DEVICE}.log`)}.`)
      return undefined
    }
  }

  /** Pushes the example at the first start; gives the address of its page where the device shows it. */
  private async deploy(
    fleet: Fleet,
    device: Device | undefined,
    { api, token, settings }: { api: ApiClient; token: string; settings: DemoSettings },
  ): Promise<string | undefined> {
    const folder = await copyExample(this.home, settings.appPort)
    await connectExample(this.home, fleet.gitUrl, token)
    const isFirst = !fleet.targetReleaseId
    if (isFirst) {
      screen.doing(`pushing ${folder} to ${fleet.gitUrl}\n`)
      await pushExample(this.home, this.lifetime.signal)
      screen.print('')
    }
    // Moved by a person: what it runs now is their affair.
    if (device?.fleetId !== fleet.id) return undefined
    if (!publishesPort(await targetOf(api, device), settings.appPort)) return undefined
    if (isFirst) screen.doing(`waiting until ${device.name} runs it`)
    return this.pageThatAnswers(`http://${settings.address}:${settings.appPort}`, isFirst ? 180_000 : 30_000)
  }

  private async pageThatAnswers(url: string, timeoutMs: number): Promise<string | undefined> {
    const answers = async () => (await fetch(url)).ok
    try {
      await waitFor(answers, { what: `${url} answers`, timeoutMs, signal: this.lifetime.signal })
      screen.done('the app answers', url)
      return url
    } catch (error) {
      this.lifetime.signal.throwIfAborted()
      screen.problem(`${(error as Error).message} The device's page in the dashboard says what it does.`)
      return undefined
    }
  }

  private async stopContainers(engine: DemoEngine): Promise<void> {
    const deviceId = readDeviceId(this.home)
    // Where the engine has ended, so have its containers.
    const isThere = await engine.docker.ping().then(
      () => true,
      () => false,
    )
    if (deviceId && isThere) await stopDeviceContainers(engine.docker, deviceId)
  }
}
