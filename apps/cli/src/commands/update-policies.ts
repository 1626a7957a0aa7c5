import { unwrap } from '@flotilla/api-client'
import type { UpdatePolicy, UpdatePolicyChanges, UpdateWindow } from '@flotilla/contracts'
import { InvalidArgumentError, Option } from 'commander'
import type { CliCommand } from '../cli-command.js'
import { usageError } from '../command-error.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { formatBytes } from '../output/bytes.js'
import type { Field } from '../output/table.js'
import { formatWindow, parseWindow } from '../update-windows.js'

const PARTS = {
  confirm: 'confirmSeconds',
  'time-zone': 'timeZone',
  'download-windows': 'downloadWindows',
  'switch-windows': 'switchWindows',
  reserve: 'reserveBytes',
} as const
type Part = keyof typeof PARTS
type Changes = Partial<UpdatePolicyChanges>

interface SetOptions {
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
    .example('flotilla fleet policy set acme/weather --switch-window "mon-fri 02:00-04:00" --time-zone Europe/Berlin')
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
      const own = Object.entries(PARTS).flatMap(([part, field]) => (field in ownUpdatePolicy ? [part] : []))
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
  return policy
    .command('set')
    .description(description)
    .option('--confirm <seconds>', 'for so long a new release must be well before it is confirmed', parseWhole)
    .option('--time-zone <name>', 'of the windows, like Europe/Berlin')
    .option('--download-window <window>', 'when to download, like "daily 22:00-06:00"; may be repeated', collectWindow)
    .option('--switch-window <window>', 'when to switch, like "last sun 01:00-05:00"; may be repeated', collectWindow)
    .option('--reserve <bytes>', 'free space that no download may touch', parseWhole)
    .addOption(
      new Option('--clear <part>', `inherit it again: ${Object.keys(PARTS).join(', ')}; may be repeated`).argParser(
        collectPart,
      ),
    )
}

function changesOf({ confirm, timeZone, downloadWindow, switchWindow, reserve, clear = [] }: SetOptions): Changes {
  const cleared = Object.fromEntries(clear.map((part) => [PARTS[part], null]))
  const given = {
    confirmSeconds: confirm,
    timeZone,
    downloadWindows: downloadWindow,
    switchWindows: switchWindow,
    reserveBytes: reserve,
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const both = clear.find((part) => PARTS[part] in set)
  if (both !== undefined) throw usageError(`Either set ${both} or clear it.`)
  const changes: Changes = { ...set, ...cleared }
  if (Object.keys(changes).length === 0) throw usageError('Say what to change; see --help.')
  return changes
}

function policyFields(policy: UpdatePolicy): Field[] {
  return [
    ['confirm', `${policy.confirmSeconds} s`],
    ['time zone', policy.timeZone ?? "the board's own"],
    ['download windows', policy.downloadWindows.map(formatWindow).join('\n') || 'always'],
    ['switch windows', policy.switchWindows.map(formatWindow).join('\n') || 'always'],
    ['reserve', formatBytes(policy.reserveBytes)],
  ]
}

function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 0 on.')
  return Number(text)
}

function parsePart(text: string): Part {
  if (!Object.hasOwn(PARTS, text)) throw new InvalidArgumentError(`Give one of ${Object.keys(PARTS).join(', ')}.`)
  return text as Part
}
