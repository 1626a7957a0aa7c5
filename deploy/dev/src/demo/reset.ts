import type Docker from 'dockerode'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { unmountBelow } from '../engines/remains.js'
import { startedEngine } from './demo-engine.js'
import { readDeviceId } from './device-id.js'
import { DemoError } from './errors.js'
import { lockHome } from './home.js'
import { screen } from './screen.js'

/** Asks, unless told not to, and then removes what earlier starts made: the data, and what is left on a shared engine. */
export async function resetDemo({ home, yes }: { home: string; yes: boolean }): Promise<void> {
  if (!existsSync(join(home, 'settings.json'))) return screen.done('there is no data to delete', home)
  if (!yes && !(await agrees(`Delete everything in ${home}: users, fleets, releases, images?`))) {
    throw new DemoError('Nothing was deleted.')
  }
  lockHome(home)
  const [engine, deviceId] = [await startedEngine(), readDeviceId(home)]
  if (engine && deviceId) await removeDeviceThings(engine.docker, deviceId)
  await unmountBelow(join(home, 'engine'))
  rmSync(home, { recursive: true })
  screen.done('deleted', home)
  if (process.env.DATABASE_URL)
    screen.problem('The database that DATABASE_URL names was not touched: its users and fleets are still there.')
}

async function agrees(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new DemoError('Nobody can be asked here. Give --yes to delete the data without asking.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${question} Type yes: `)
  terminal.close()
  return answer.trim() === 'yes'
}

/** Containers, volumes and networks that carry the device's label. */
async function removeDeviceThings(docker: Docker, deviceId: string): Promise<void> {
  const filters = { label: [`io.flotilla.device=${deviceId}`] }
  const containers = await docker.listContainers({ all: true, filters })
  for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true, v: true })
  const { Volumes } = await docker.listVolumes({ filters })
  for (const { Name } of Volumes) await docker.getVolume(Name).remove()
  const networks = await docker.listNetworks({ filters })
  for (const { Id } of networks) await docker.getNetwork(Id).remove()
}
