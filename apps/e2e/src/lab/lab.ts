import { cutPower, restorePower, startWorld, type Fleet, type World, type WorldDevice } from '../testing/world.js'
import { Flapping } from './flapping.js'

export interface LabOptions {
  devices: number
  // Of each device's own disk; it takes only what is written to it.
  diskMegabytes?: number
}

/** A board of the lab: what people do to a board in a field, a person can do to it here. */
export interface LabDevice extends WorldDevice {
  isPowered: boolean
  // What was set on its link, in words.
  linkState: string
  flapping?: Flapping
}

const FLEET = 'lab'
const DISK_MEGABYTES = 8192

/** A whole Flotilla on real parts, and boards with a power switch each and links that can be spoiled. */
export class Lab {
  private constructor(
    readonly world: World,
    readonly fleet: Fleet,
    readonly devices: LabDevice[],
  ) {}

  static async start({ devices: count, diskMegabytes = DISK_MEGABYTES }: LabOptions): Promise<Lab> {
    const world = await startWorld()
    try {
      const fleet = await world.createFleet(FLEET)
      const join = async (at: number): Promise<LabDevice> => {
        const device = await world.join(await world.addBoard({ diskMegabytes }), fleet, `lab-${at + 1}`)
        return { ...device, isPowered: true, linkState: 'good' }
      }
      const devices = await Promise.all(Array.from({ length: count }, (_, at) => join(at)))
      return new Lab(world, fleet, devices)
    } catch (error) {
      await world.stop()
      throw error
    }
  }

  /** By its name, or the number in it; throws an Error that lists those that there are. */
  device(name: string): LabDevice {
    const found = this.devices.find((device) => device.name === name || device.name === `lab-${name}`)
    if (found) return found
    throw new Error(`There is no device ${name}: there are ${this.devices.map((each) => each.name).join(', ')}.`)
  }

  async powerOff(device: LabDevice): Promise<void> {
    if (!device.isPowered) return
    device.isPowered = false
    await cutPower(device)
  }

  async powerOn(device: LabDevice): Promise<void> {
    if (device.isPowered) return
    await restorePower(device)
    device.isPowered = true
  }

  async cutLink(device: LabDevice): Promise<void> {
    await this.mendLink(device)
    await device.board.link.cut()
    device.linkState = 'cut'
  }

  async mendLink(device: LabDevice): Promise<void> {
    await device.flapping?.stop()
    device.flapping = undefined
    await device.board.link.restore()
    device.linkState = 'good'
  }

  /** Loss in percent and rate in kilobits per second, each way; what is not given is left good. */
  async spoilLink(device: LabDevice, { loss, rate }: { loss?: number; rate?: number }): Promise<void> {
    await this.mendLink(device)
    if (loss !== undefined) await device.board.link.setLoss(loss)
    if (rate !== undefined) await device.board.link.setRate(rate)
    const parts = [loss !== undefined && `${loss} % lost`, rate !== undefined && `${rate} kbit/s`].filter(Boolean)
    device.linkState = parts.join(', ') || 'good'
  }

  /** From now on its link is cut for `downSeconds` of each `everySeconds`. */
  async flapLink(device: LabDevice, seconds: { every: number; down: number }): Promise<void> {
    await this.mendLink(device)
    device.flapping = new Flapping(device.board.link, seconds)
    device.linkState = `cut for ${seconds.down} s in every ${seconds.every} s`
  }

  async stop(): Promise<void> {
    for (const { flapping } of this.devices) await flapping?.stop()
    await this.world.stop()
  }
}
