import type { TransferPolicy } from '@flotilla/contracts'
import { InvalidArgumentError, Option } from 'commander'
import type { CliCommand } from '../cli-command.js'
import { formatBytes, parseBytes } from '../output/bytes.js'
import type { Field } from '../output/table.js'

/* The part of an update policy that says what downloads may cost, as options and as fields. */

export const TRANSFER_PARTS = {
  rate: 'bytesPerSecond',
  'per-day': 'bytesPerDay',
  'per-month': 'bytesPerMonth',
  budget: 'appliesTo',
  metered: 'meteredInterfaces',
  neighbours: 'neighbours',
  'wait-for-delta': 'waitForDeltaSeconds',
} as const

export interface TransferOptions {
  rate?: number
  perDay?: number
  perMonth?: number
  budget?: TransferPolicy['appliesTo']
  metered?: string[]
  neighbours?: boolean
  waitForDelta?: number
}

export function addTransferOptions(command: CliCommand): CliCommand {
  const collect = (text: string, before: string[] = []) => [...before, text]
  const budget = new Option('--budget <links>', 'on which links the caps hold').choices(['all', 'metered'])
  const neighbours = new Option('--neighbours <on|off>', 'fetch from and serve to devices on the same network')
  return command
    .option('--rate <bytes>', 'most bytes per second of downloads, like 250kB', parseAmount)
    .option('--per-day <bytes>', 'most bytes of downloads in a day, like 50MB', parseAmount)
    .option('--per-month <bytes>', 'most bytes of downloads in a month, like 1.5GB', parseAmount)
    .addOption(budget)
    .option('--metered <interface>', 'a network interface that is paid for by the byte; may be repeated', collect)
    .addOption(neighbours.argParser(parseSwitch))
    .option('--wait-for-delta <seconds>', 'for so long a download waits for a delta in the making', parseSeconds)
}

/** Those that were given. */
export function transferChanges(options: TransferOptions): Partial<TransferPolicy> {
  const given = {
    bytesPerSecond: options.rate,
    bytesPerDay: options.perDay,
    bytesPerMonth: options.perMonth,
    appliesTo: options.budget,
    meteredInterfaces: options.metered,
    neighbours: options.neighbours,
    waitForDeltaSeconds: options.waitForDelta,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

export function transferFields(transfers: TransferPolicy): Field[] {
  const { bytesPerSecond, bytesPerDay, bytesPerMonth, appliesTo, meteredInterfaces } = transfers
  const links = appliesTo === 'all' ? 'every link' : `metered links (${meteredInterfaces.join(', ') || 'none'})`
  const caps = [
    ...(bytesPerDay === undefined ? [] : [`${formatBytes(bytesPerDay)} a day`]),
    ...(bytesPerMonth === undefined ? [] : [`${formatBytes(bytesPerMonth)} a month`]),
  ]
  return [
    ['download rate', bytesPerSecond === undefined ? 'as the link allows' : `${formatBytes(bytesPerSecond)}/s`],
    ['download budget', caps.length === 0 ? 'none' : `${caps.join(', ')} on ${links}`],
    ['neighbours', transfers.neighbours ? 'on' : 'off'],
    ['wait for delta', `${transfers.waitForDeltaSeconds} s`],
  ]
}

function parseAmount(text: string): number {
  const bytes = parseBytes(text)
  if (bytes === undefined) throw new InvalidArgumentError('Give bytes, like 500000, 250kB, 50MB or 1.5GB.')
  return bytes
}

function parseSwitch(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('Give on or off.')
  return text === 'on'
}

function parseSeconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Give whole seconds, from 0 to a day.')
  return Number(text)
}
