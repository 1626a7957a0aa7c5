import { randomBytes, randomInt } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { run } from '../processes/run.js'
import { ownedInterface } from './names.js'

/** A bridge on this machine with a /24 network of its own. */
export interface Bridge {
  name: string
  /** Ours on the bridge, the first of the network. */
  address: string
  /** 10.x.y.0/24 */
  subnet: string
  /** The nth address of the network. */
  addressOf(n: number): string
  remove(): Promise<void>
}

export async function createBridge(): Promise<Bridge> {
  const name = ownedInterface()
  const prefix = unusedPrefix()
  const addressOf = (n: number) => `${prefix}.${n}`
  // With an address of its own: else it takes the lowest of its members, and changes it when a device comes or goes.
  await run('ip', 'link', 'add', name, 'address', randomHardwareAddress(), 'type', 'bridge')
  await run('ip', 'address', 'add', `${addressOf(1)}/24`, 'dev', name)
  await run('ip', 'link', 'set', name, 'up')
  const remove = () => run('ip', 'link', 'delete', name).then(() => undefined)
  return { name, address: addressOf(1), subnet: `${addressOf(0)}/24`, addressOf, remove }
}

// 02: locally administered.
function randomHardwareAddress(): string {
  return ['02', ...Array.from({ length: 5 }, () => randomBytes(1).toString('hex'))].join(':')
}

// Random, because other runs make theirs at the same time.
function unusedPrefix(): string {
  const used = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  for (;;) {
    const prefix = `10.${randomInt(192, 254)}.${randomInt(1, 254)}`
    if (!used.some(({ address }) => address.startsWith(`${prefix}.`))) return prefix
  }
}
