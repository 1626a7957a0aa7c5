import { unwrap } from '@flotilla/api-client'
import type { DeviceEngine } from '@flotilla/dev'
import { setTimeout as sleep } from 'node:timers/promises'
import { bigApp } from '../testing/apps.js'
import { newestRelease } from '../testing/observe.js'
import { countFromPort, fromRegistry } from '../testing/registry-traffic.js'
import { createRepository, mustSucceed } from '../testing/repository.js'
import { startWorld, type World, type WorldDevice } from '../testing/world.js'
import { Bully, type BadLink } from './bully.js'
import { CountingProxy, type ProxyCount } from './counting-proxy.js'
import { pullUntil, type PlainPull } from './plain-pull.js'

/*
 * A large image over a bad link: once through the supervisor, once by the engine's own pull, both bullied alike.
 */

export interface BadLinkOptions extends BadLink {
  megabytes: number
  // After so long, whatever has not arrived does not.
  minutes: number
}

const REPORT_MS = 30_000

interface Arrival {
  // Undefined: it did not.
  seconds?: number
}

interface Cost extends ProxyCount {
  // Payload of TCP that reached the board from the registry's port: heads, bodies, and what came twice.
  wireBytes: number
}

/** A board, and what counts what it gets from the registry. */
class CountedBoard {
  private constructor(
    readonly board: DeviceEngine,
    private readonly proxy: CountingProxy,
  ) {}

  static async over(board: DeviceEngine, world: World): Promise<CountedBoard> {
    const proxy = await CountingProxy.before(world.stack.registryUrl, board)
    await countFromPort(proxy.port, board)
    return new CountedBoard(board, proxy)
  }

  async cost(): Promise<Cost> {
    return { wireBytes: await fromRegistry(this.board), ...(await this.proxy.count()) }
  }

  stop(): Promise<void> {
    return this.proxy.stop()
  }
}

export async function compareOnBadLink(options: BadLinkOptions): Promise<void> {
  const world = await startWorld()
  const repository = await createRepository()
  const counted: CountedBoard[] = []
  try {
    const fleet = await world.createFleet('valley')
    const device = await world.join(await world.addBoard({ diskMegabytes: 8192 }), fleet, 'valley-1')
    const plain = await world.addBoard({ diskMegabytes: 8192 })
    const [ours, engines] = [await CountedBoard.over(device.board, world), await CountedBoard.over(plain, world)]
    counted.push(ours, engines)
    await repository.commit(bigApp(options.megabytes))
    // The link is bad from the first byte on: the device must not have begun when the push is done.
    await device.board.link.cut()
    mustSucceed(await repository.git('push', world.remote(fleet), 'main'))
    const release = await newestRelease(world, fleet.id)
    const sizeBytes = await imageBytes(world, release.id)
    console.log(`An image of ${(sizeBytes / 1e6).toFixed(1)} MB, ${options.kilobits} kbit/s, ${options.loss} % lost.`)
    const bullies = [new Bully(device.board, options, device.supervisor), new Bully(plain, options)]
    await Promise.all(bullies.map((bully) => bully.begin()))
    const ending = new AbortController()
    const [our, engine] = await Promise.all([
      arrivalOf(world, device, { version: release.version, counted: ours, ...options }).finally(() => ending.abort()),
      pullUntil(world, plain, { fleetId: fleet.id, releaseId: release.id, signal: ending.signal }),
      ...bullies.map((bully) => bully.until(ending.signal)),
    ])
    print(sizeBytes, { ...our, ...(await ours.cost()) }, { ...engine, ...(await engines.cost()) })
  } finally {
    for (const each of counted) await each.stop()
    repository.remove()
    await world.stop()
  }
}

async function imageBytes(world: World, id: string): Promise<number> {
  const release = await unwrap(world.api.GET('/api/v1/releases/{id}', { params: { path: { id } } }))
  return (release.images ?? []).reduce((sum, image) => sum + image.sizeBytes, 0)
}

async function arrivalOf(
  world: World,
  device: WorldDevice,
  { version, minutes, counted }: { version: string; minutes: number; counted: CountedBoard },
): Promise<Arrival> {
  const startedAt = Date.now()
  let saidAt = 0
  while (Date.now() - startedAt < minutes * 60_000) {
    const { runningVersion, activity } = await world.device(device.name)
    if (runningVersion === version && activity === 'settled') return { seconds: (Date.now() - startedAt) / 1000 }
    if (Date.now() - saidAt > REPORT_MS) {
      saidAt = Date.now()
      const { bodyBytes } = await counted.cost()
      console.log(`${Math.round((saidAt - startedAt) / 1000)} s: ${(bodyBytes / 1e6).toFixed(1)} MB have come`)
    }
    await sleep(1_000)
  }
  return {}
}

function print(sizeBytes: number, ours: Arrival & Cost, engines: PlainPull & Cost): void {
  const line = (name: string, { seconds, bodyBytes, wireBytes }: Arrival & Cost) => {
    const arrived = seconds === undefined ? 'did not arrive' : `arrived after ${Math.round(seconds)} s`
    const ratios = `${(bodyBytes / sizeBytes).toFixed(3)} times its bytes, ${(wireBytes / sizeBytes).toFixed(3)} on the wire`
    return `${name.padEnd(12)} ${arrived.padEnd(24)} ${ratios}`
  }
  console.log(line('Flotilla', ours))
  console.log(`${line('docker pull', engines)}, begun ${engines.attempts} times`)
  const ratios = ({ seconds, bodyBytes, wireBytes, ...rest }: Arrival & Cost) => {
    const [bytesRatio, wireRatio] = [bodyBytes / sizeBytes, wireBytes / sizeBytes]
    return { arrivedSeconds: seconds ?? null, bytesRatio, wireRatio, ...rest }
  }
  console.log(JSON.stringify({ sizeBytes, flotilla: ratios(ours), dockerPull: ratios(engines) }))
}
