import { run, type DeviceEngine } from '@flotilla/dev'
import type { World } from './world.js'

/* What of the bytes that reach a board came from the registry, whoever on the board asked for them. */

/** From now on: a rule without a target only counts, behind those that lose packets. */
export async function countFromRegistry(world: World, board: DeviceEngine): Promise<void> {
  await countFromPort(Number(new URL(world.stack.registryUrl).port), board)
}

/** The same where something else stands before the registry. */
export async function countFromPort(port: number, board: DeviceEngine): Promise<void> {
  await inDevice(board, '-A', 'INPUT', '-i', 'eth0', '-p', 'tcp', '--sport', String(port))
}

/** Bytes of payload, also those that came twice: without IP's and TCP's own 52 in each packet. */
export async function fromRegistry(board: DeviceEngine): Promise<number> {
  const [, packets, bytes] = /^\s*(\d+)\s+(\d+)\s+(?:tcp|6)\s/m.exec(await inDevice(board, '-nvxL', 'INPUT')) ?? []
  return Number(bytes ?? 0) - 52 * Number(packets ?? 0)
}

function inDevice(board: DeviceEngine, ...rule: string[]): Promise<string> {
  return run('nsenter', `--net=${board.networkNamespace}`, '--', 'iptables', '-w', ...rule)
}
