import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../processes/run.js'
import type { ProcessExit } from '../processes/process.js'
import { createBoardDisk, type BoardDisk } from './board-disk.js'
import { createBoardSlots, type BoardSlots } from './board-slots.js'
import { createBridge, type Bridge } from './bridge.js'
import { startEngine, type RunningEngine } from './engine.js'
import { createLink, type DeviceLink } from './link.js'
import { makeTemporaryFolder, NAMESPACE_FOLDER, ownedInterface, ownedName } from './names.js'
import { killNamespace, removeNamespace, removeRemains } from './remains.js'

/**
 * The network between this machine and its test devices. Control plane and registry listen on 0.0.0.0 and are reached
 * at `address`, from here and from every device alike.
 */
export interface DeviceNetwork {
  address: string
  subnet: string
  /** An unused address for a further device. */
  nextAddress(): string
  bridge: Bridge
  stop(): Promise<void>
}

export async function startDeviceNetwork(): Promise<DeviceNetwork> {
  await removeRemains()
  const bridge = await createBridge()
  let last = 1
  const { address, subnet } = bridge
  return { address, subnet, bridge, nextAddress: () => bridge.addressOf(++last), stop: () => bridge.remove() }
}

export interface DeviceEngineOptions {
  network: DeviceNetwork
  name?: string
  dataDir?: string
  /** A disk of its own, of at most this many megabytes, that loses at a power cut what was not synced. */
  diskMegabytes?: number
  /** With slots for sticks. */
  hasSlots?: boolean
  /** Program that runs containers in the place of runc. */
  runtime?: string
  logFile?: string
  onCrash?: (exit: ProcessExit) => void
}

/** A board as tests have it: a network namespace with an engine of its own, behind a link that can be cut. */
export interface DeviceEngine {
  engine: RunningEngine
  /** Of the device on the network: published ports are found there. */
  address: string
  link: DeviceLink
  /** Path of the namespace: programs of the device, like its supervisor, run in it. */
  networkNamespace: string
  /**
   * What programs of the device find in other places than this machine's, by path. The id of the boot that goes on is
   * another one after each power cut; the kernel gives one id to all.
   */
  views: Record<string, string>
  /** Where it has one of its own: the engine's data are on it, and there is room for the supervisor's. */
  disk?: BoardDisk
  slots?: BoardSlots
  /**
   * The power goes: everything that runs on the device ends at once, `alsoKill` with it, and unsynced writes are lost.
   * `engine.start` is its return.
   */
  cutPower(alsoKill?: () => void): Promise<void>
  stop(): Promise<void>
}

/** Starts a test device's engine, which takes images from every registry of its network over plain http. */
export async function startDeviceEngine(options: DeviceEngineOptions): Promise<DeviceEngine> {
  const { network, name, dataDir, diskMegabytes, hasSlots, runtime, logFile, onCrash } = options
  const address = network.nextAddress()
  const networkNamespace = join(NAMESPACE_FOLDER, ownedName())
  const hostEnd = await joinNamespace(network, networkNamespace, address)
  const disk = diskMegabytes === undefined ? undefined : await createBoardDisk(diskMegabytes)
  const slots = hasSlots === true ? await createBoardSlots() : undefined
  const home = makeTemporaryFolder()
  const bootIdFile = join(home, 'boot_id')
  const boot = () => writeFileSync(bootIdFile, `${randomUUID()}\n`)
  boot()
  const remove = () =>
    removeNamespace(networkNamespace)
      .finally(() => disk?.remove())
      .finally(() => slots?.remove())
      .finally(() => rmSync(home, { recursive: true }))
  const settings = { network: 'nat' as const, insecureRegistries: [network.subnet] }
  const folder = disk ? join(disk.folder, 'engine') : dataDir
  try {
    const own = { name, dataDir: folder, runtime, logFile, onCrash }
    const engine = await startEngine({ ...own, networkNamespace, ...settings })
    const cutPower = async (alsoKill?: () => void) => {
      alsoKill?.()
      await engine.kill()
      // What the engine was just starting when it was killed, a port's proxy say, has no parent any more.
      await killNamespace(networkNamespace)
      await disk?.losePower()
      boot()
    }
    const stop = () => engine.stop().finally(remove)
    const link = createLink(hostEnd, networkNamespace)
    const views = { '/proc/sys/kernel/random/boot_id': bootIdFile, ...slots?.views }
    return { engine, address, networkNamespace, views, disk, slots, link, cutPower, stop }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Makes the namespace and its eth0, and gives the name of the interface at our end. */
async function joinNamespace(network: DeviceNetwork, path: string, address: string): Promise<string> {
  const name = path.slice(NAMESPACE_FOLDER.length + 1)
  const hostEnd = ownedInterface()
  await run('ip', 'netns', 'add', name)
  await run('ip', 'link', 'add', hostEnd, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  await run('ip', 'link', 'set', hostEnd, 'master', network.bridge.name, 'up')
  const inside = (...args: string[]) => run('ip', '-n', name, ...args)
  await inside('link', 'set', 'lo', 'up')
  await inside('address', 'add', `${address}/24`, 'dev', 'eth0')
  await inside('link', 'set', 'eth0', 'up')
  await inside('route', 'add', 'default', 'via', network.address)
  return hostEnd
}
