import { unwrap } from '@flotilla/api-client'
import { setTimeout as sleep } from 'node:timers/promises'
import { bigApp } from '../testing/apps.js'
import { newestRelease } from '../testing/observe.js'
import { countFromRegistry, fromRegistry } from '../testing/registry-traffic.js'
import { createRepository, mustSucceed } from '../testing/repository.js'
import { startWorld, type World, type WorldDevice } from '../testing/world.js'
import { Bully, type BadLink } from './bully.js'
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

export interface Arrival {
  // Undefined: it did not.
  seconds?: number
  // Payload of all that came from the registry's port, also what came twice.
  receivedBytes: number
}

export async function compareOnBadLink(options: BadLinkOptions): Promise<void> {
  const world = await startWorld()
  const repository = await createRepository()
  try {
    const fleet = await world.createFleet('valley')
    const device = await world.join(await world.addBoard({ diskMegabytes: 8192 }), fleet, 'valley-1')
    const plain = await world.addBoard({ diskMegabytes: 8192 })
    for (const board of [device.board, plain]) await countFromRegistry(world, board)
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
    const [ours, engines] = await Promise.all([
      arrivalOf(world, device, { version: release.version, ...options }).finally(() => ending.abort()),
      pullUntil(world, plain, { fleetId: fleet.id, releaseId: release.id, signal: ending.signal }),
      ...bullies.map((bully) => bully.until(ending.signal)),
    ])
    print({ sizeBytes, ours, engines: { ...engines, receivedBytes: await fromRegistry(plain) } })
  } finally {
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
  { version, minutes }: { version: string; minutes: number },
): Promise<Arrival> {
  const startedAt = Date.now()
  let saidAt = 0
  while (Date.now() - startedAt < minutes * 60_000) {
    const { runningVersion, activity } = await world.device(device.name)
    const receivedBytes = await fromRegistry(device.board)
    if (runningVersion === version && activity === 'settled') {
      return { seconds: (Date.now() - startedAt) / 1000, receivedBytes }
    }
    if (Date.now() - saidAt > REPORT_MS) {
      saidAt = Date.now()
      console.log(`${Math.round((saidAt - startedAt) / 1000)} s: ${(receivedBytes / 1e6).toFixed(1)} MB have come`)
    }
    await sleep(1_000)
  }
  return { receivedBytes: await fromRegistry(device.board) }
}

function print(all: { sizeBytes: number; ours: Arrival; engines: Arrival & PlainPull }): void {
  const line = (name: string, { seconds, receivedBytes }: Arrival) => {
    const arrived = seconds === undefined ? 'did not arrive' : `arrived after ${Math.round(seconds)} s`
    return `${name.padEnd(12)} ${arrived.padEnd(24)} ${(receivedBytes / all.sizeBytes).toFixed(3)} times its bytes`
  }
  console.log(line('Flotilla', all.ours))
  console.log(`${line('docker pull', all.engines)}, begun ${all.engines.attempts} times`)
  const ratio = ({ receivedBytes }: Arrival) => receivedBytes / all.sizeBytes
  const figures = {
    sizeBytes: all.sizeBytes,
    flotilla: { arrivedSeconds: all.ours.seconds ?? null, bytesRatio: ratio(all.ours) },
    dockerPull: {
      arrivedSeconds: all.engines.seconds ?? null,
      bytesRatio: ratio(all.engines),
      attempts: all.engines.attempts,
    },
  }
  console.log(JSON.stringify(figures))
}
