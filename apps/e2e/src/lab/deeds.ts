import { z } from 'zod'
import type { Lab } from './lab.js'

/*
 * What can be asked of a running lab from another terminal. One JSON object in, text for people out.
 */

const device = z.string().min(1)

export const DeedSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('power-off'), device }),
  z.object({ do: z.literal('power-on'), device }),
  z.object({ do: z.literal('cut'), device }),
  z.object({ do: z.literal('mend'), device }),
  z.object({
    do: z.literal('link'),
    device,
    loss: z.number().min(0).max(100).optional(),
    rate: z.number().min(8).optional(),
  }),
  z.object({ do: z.literal('flap'), device, every: z.number().positive(), down: z.number().positive() }),
  z.object({ do: z.literal('cloud'), state: z.enum(['off', 'on']) }),
  z.object({ do: z.literal('logs'), device, lines: z.int().min(1).max(1000) }),
  z.object({ do: z.literal('down') }),
])
export type Deed = z.infer<typeof DeedSchema>

/** Does it and says what is so now. Throws an Error with a sentence for people where it cannot. */
export async function carryOut(lab: Lab, deed: Exclude<Deed, { do: 'down' }>): Promise<string> {
  switch (deed.do) {
    case 'status':
      return status(lab)
    case 'cloud':
      return switchCloud(lab, deed.state)
    default:
      return toDevice(lab, deed)
  }
}

async function toDevice(lab: Lab, deed: Extract<Deed, { device: string }>): Promise<string> {
  const target = lab.device(deed.device)
  switch (deed.do) {
    case 'power-off':
      await lab.powerOff(target)
      return `${target.name} has no power: supervisor, engine and containers ended, unsynced writes are lost.`
    case 'power-on':
      await lab.powerOn(target)
      return `${target.name} has booted.`
    case 'cut':
      await lab.cutLink(target)
      return `The link of ${target.name} is cut.`
    case 'mend':
      await lab.mendLink(target)
      return `The link of ${target.name} is good.`
    case 'link':
      await lab.spoilLink(target, deed)
      return `The link of ${target.name}: ${target.linkState}.`
    case 'flap':
      if (deed.down >= deed.every) throw new Error('The link must be cut for less than its whole period.')
      await lab.flapLink(target, deed)
      return `The link of ${target.name}: ${target.linkState}.`
    case 'logs':
      return target.supervisor.supervisor().lastLines().slice(-deed.lines).join('\n')
  }
}

async function switchCloud({ world }: Lab, state: 'off' | 'on'): Promise<string> {
  if (state === 'on') {
    if (!world.stack.process('api')?.isRunning()) await world.stack.startProgram('api')
    return 'The control plane answers.'
  }
  await world.stack.process('api')?.stop()
  return 'The control plane does not answer: devices, git and dashboard find nobody.'
}

async function status(lab: Lab): Promise<string> {
  const lines = await Promise.all(
    lab.devices.map(async ({ name, board, isPowered, linkState }) => {
      const known = await lab.world.device(name).catch(() => undefined)
      const cloud = known
        ? `${known.runningVersion ?? 'no release'}, ${known.activity ?? 'not heard of'}`
        : 'cloud is off'
      const { received, sent } = board.link.traffic()
      return [
        `${name}  ${board.address}  power ${isPowered ? 'on' : 'off'}  link ${linkState}  ${cloud}`,
        `  ${kilobytes(received)} received, ${kilobytes(sent)} sent; DOCKER_HOST=${board.engine.dockerHost}`,
      ].join('\n')
    }),
  )
  return lines.join('\n')
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`
}
