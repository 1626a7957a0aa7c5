import { unwrap } from '@flotilla/api-client'
import type { UpdatePolicy, UpdatePolicyChanges, UpdatePolicyParts, UpdateWindow } from '@flotilla/contracts'
import { InvalidArgumentError, Option } from 'commander'
import type { CliCommand } from '../cli-command.js'
import { usageError } from '../command-error.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { formatBytes } from '../output/bytes.js'
import type { Field } from '../output/table.js'
import { formatWindow, parseWindow } from '../update-windows.js'
import {
  addTransferOptions,
  TRANSFER_PARTS,
  transferChanges,
  transferFields,
  type TransferOptions,
} from './transfer-parts.js'

const PARTS = {
  confirm: 'confirmSeconds',
  'time-zone': 'timeZone',
  'download-windows': 'downloadWindows',
  'switch-windows': 'switchWindows',
  reserve: 'reserveBytes',
} as const
type Part = keyof typeof PARTS | keyof typeof TRANSFER_PARTS
const PART_NAMES = [...Object.keys(PARTS), ...Object.keys(TRANSFER_PARTS)]
type Changes = Partial<UpdatePolicyChanges>

interface SetOptions extends TransferOptions {
  fleet?: string
  confirm?: number
  timeZone?: string
  downloadWindow?: UpdateWindow[]
  switchWindow?: UpdateWindow[]
  reserve?: number
  clear?: Part[]
}

export function addFleetPolicy(fleet: CliCommand, context: Context): void {
  const policy = fleet.command('policy').description('When and how the devices of a fleet move to another release.')
  policy
    .command('show')
    .description('Show the update policy of a fleet.')
    .argument('<fleet>', 'organization/fleet')
    .example('flotilla fleet policy show acme/weather')
    .action(async (name: string) => {
      const { updatePolicy } = await findFleet(await context.api(), name)
      context.output.record(updatePolicy, policyFields(updatePolicy))
    })
  settable(policy, 'Change the update policy of a fleet. What is not named stays.')
    .argument('<fleet>', 'organization/fleet')
    .example(
      'flotilla fleet policy set acme/weather --switch-window "mon-fri 02:00-04:00" --time-zone Europe/Berlin',
      'flotilla fleet policy set acme/weather --per-month 500MB --budget metered',
    )
    .action(async (name: string, options: SetOptions) => {
      const updatePolicy = changesOf(options)
      const api = await context.api()
      const path = { id: (await findFleet(api, name)).id }
      const after = await unwrap(api.PATCH('/api/v1/fleets/{id}', { params: { path }, body: { updatePolicy } }))
      context.output.done(after.updatePolicy, `Changed the update policy of ${fleetPath(after)}.`)
    })
}

export function addDevicePolicy(device: CliCommand, context: Context): void {
  const policy = device.command('policy').description('When and how a device moves to another release.')
  policy
    .command('show')
    .description("Show the update policy that holds for a device: its own parts over its fleet's.")
    .argument('<device>', 'name, uuid or id')
    .option('--fleet <fleet>', 'the fleet to look in')
    .example('flotilla device policy show roof')
    .action(async (name: string, { fleet }: SetOptions) => {
      const { updatePolicy, ownUpdatePolicy } = await findDevice(await context.api(), name, fleet)
      const own = [
        ...Object.entries(PARTS).flatMap(([part, field]) => (field in ownUpdatePolicy ? [part] : [])),
        ...ownTransferParts(ownUpdatePolicy.transfers),
      ]
      const fields: Field[] = [...policyFields(updatePolicy), ['its own', own.join(', ') || 'nothing']]
      context.output.record({ updatePolicy, ownUpdatePolicy }, fields)
    })
  settable(policy, 'Change the update policy of a device over that of its fleet. What is not named stays.')
    .argument('<device>', 'name, uuid or id')
    .option('--fleet <fleet>', 'the fleet to look in')
    .example('flotilla device policy set roof --confirm 300', 'flotilla device policy set roof --clear switch-windows')
    .action(async (name: string, options: SetOptions) => {
      const updatePolicy = changesOf(options)
      const api = await context.api()
      const path = { id: (await findDevice(api, name, options.fleet)).id }
      const after = await unwrap(api.PATCH('/api/v1/devices/{id}', { params: { path }, body: { updatePolicy } }))
      context.output.done(after.updatePolicy, `Changed the update policy of ${after.name}.`)
    })
}

function settable(policy: CliCommand, description: string): CliCommand {
  const collectWindow = (text: string, before: UpdateWindow[] = []) => [...before, parseWindow(text)]
  const collectPart = (text: string, before: Part[] = []) => [...before, parsePart(text)]
  const command = policy
    .command('set')
    .description(description)
    .option('--confirm <seconds>', 'for so long a new release must be well before it is confirmed', parseWhole)
    .option('--time-zone <name>', 'of the windows, like Europe/Berlin')
    .option('--download-window <window>', 'when to download, like "daily 22:00-06:00"; may be repeated', collectWindow)
    .option('--switch-window <window>', 'when to switch, like "last sun 01:00-05:00"; may be repeated', collectWindow)
    .option('--reserve <bytes>', 'free space that no download may touch', parseWhole)
  const clear = new Option('--clear <part>', `inherit it again: ${PART_NAMES.join(', ')}; may be repeated`)
  return addTransferOptions(command).addOption(clear.argParser(collectPart))
}

function changesOf(options: SetOptions): Changes {
  const { confirm, timeZone, downloadWindow, switchWindow, reserve, clear = [] } = options
  const given = {
    confirmSeconds: confirm,
    timeZone,
    downloadWindows: downloadWindow,
    switchWindows: switchWindow,
    reserveBytes: reserve,
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const setTransfers = transferChanges(options)
  const cleared = clear.filter((part) => part in PARTS).map((part) => PARTS[part as keyof typeof PARTS])
  const clearedTransfers = clear
    .filter((part) => part in TRANSFER_PARTS)
    .map((part) => TRANSFER_PARTS[part as keyof typeof TRANSFER_PARTS])
  const both = [...cleared, ...clearedTransfers].find((field) => field in set || field in setTransfers)
  if (both !== undefined) throw usageError('Either set a part or clear it, not both.')
  const transfers = { ...setTransfers, ...asNulls(clearedTransfers) }
  const changes: Changes = { ...set, ...asNulls(cleared), ...(Object.keys(transfers).length > 0 && { transfers }) }
  if (Object.keys(changes).length === 0) throw usageError('Say what to change; see --help.')
  return changes
}

function asNulls(fields: readonly string[]): Record<string, null> {
  return Object.fromEntries(fields.map((field) => [field, null]))
}

function ownTransferParts(transfers: UpdatePolicyParts['transfers'] = {}): string[] {
  return Object.entries(TRANSFER_PARTS).flatMap(([part, field]) => (field in transfers ? [part] : []))
}

function policyFields(policy: UpdatePolicy): Field[] {
  return [
    ['confirm', `${policy.confirmSeconds} s`],
    ['time zone', policy.timeZone ?? "the board's own"],
    ['download windows', policy.downloadWindows.map(formatWindow).join('\n') || 'always'],
    ['switch windows', policy.switchWindows.map(formatWindow).join('\n') || 'always'],
    ['reserve', formatBytes(policy.reserveBytes)],
    ...transferFields(policy.transfers),
  ]
}

function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 0 on.')
  return Number(text)
}

function parsePart(text: string): Part {
  if (!PART_NAMES.includes(text)) throw new InvalidArgumentError(`Give one of ${PART_NAMES.join(', ')}.`)
  return text as Part
}
