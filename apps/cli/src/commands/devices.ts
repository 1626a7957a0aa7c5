import { unwrap } from '@flotilla/api-client'
import type { DeviceView } from '@flotilla/contracts'
import { Option } from 'commander'
import { readPages } from '../api/pages.js'
import { parseCount } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { findFleet } from '../names/fleets.js'
import { eventColumns } from '../output/device-events.js'
import { deviceColumns } from '../output/devices.js'
import { addDeviceChanges } from './device-changes.js'
import { addDeviceExplain } from './device-explain.js'
import { addDeviceJoining } from './device-joining.js'
import { addDeviceLogs } from './device-logs.js'
import { addDeviceOrders } from './device-orders.js'
import { addDeviceShow } from './device-show.js'
import { addDevicePolicy } from './update-policies.js'

interface ListOptions {
  fleet?: string
  org?: string
  search?: string
  connectivity?: DeviceView['connectivity']
  activity?: DeviceView['activity']
}

export function addDeviceCommands(program: CliCommand, context: Context): void {
  const device = program.command('device').description('Devices: places in a fleet, each with a board in it.')
  addList(device, context)
  addDeviceShow(device, context)
  addDeviceExplain(device, context)
  addDeviceLogs(device, context)
  addEvents(device, context)
  addDeviceJoining(device, context)
  addDeviceChanges(device, context)
  addDeviceOrders(device, context)
  addDevicePolicy(device, context)
}

function addList(device: CliCommand, context: Context): void {
  device
    .command('list')
    .description('List devices.')
    .option('--fleet <fleet>', 'those of this fleet')
    .option('--org <organization>', 'those of this organization')
    .option('--search <text>', 'those with this in their name, uuid or serial number')
    .addOption(new Option('--connectivity <state>', 'those that are').choices(['online', 'offline', 'never']))
    .addOption(
      new Option('--activity <activity>', 'those that are').choices(['settled', 'updating', 'waiting', 'failing']),
    )
    .example('flotilla device list --fleet acme/weather')
    .example('flotilla device list --activity failing --json')
    .action((options: ListOptions) => list(context, options))
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const api = await context.api()
  const fleet = options.fleet === undefined ? undefined : (await findFleet(api, options.fleet)).id
  const { connectivity, activity, org: organization, search: q } = options
  const query = { fleet, organization, q, connectivity, activity }
  const { items } = await readPages((page) =>
    unwrap(api.GET('/api/v1/devices', { params: { query: { ...query, ...page } } })),
  )
  const isAll = Object.values(query).every((value) => value === undefined)
  const none = isAll ? 'There are no devices. Add one with: flotilla device add --fleet <fleet>' : 'No such devices.'
  context.output.list(items, deviceColumns(context.output.now), none)
}

function addEvents(device: CliCommand, context: Context): void {
  device
    .command('events')
    .description("Show a device's history, newest first.")
    .argument('<device>', 'name, uuid or id')
    .option('--fleet <fleet>', 'the fleet to look in')
    .option('--limit <count>', 'how many', parseCount, 50)
    .example('flotilla device events roof --limit 20')
    .action((name: string, options: { fleet?: string; limit: number }) => events(context, name, options))
}

async function events(context: Context, name: string, options: { fleet?: string; limit: number }): Promise<void> {
  const api = await context.api()
  const { id } = await findDevice(api, name, options.fleet)
  const { items, more } = await readPages(
    (query) => unwrap(api.GET('/api/v1/devices/{id}/events', { params: { path: { id }, query } })),
    options.limit,
  )
  context.output.list(items, eventColumns(context.output.now), 'Nothing has happened yet.')
  if (more) context.output.note(`There is more; see it with --limit ${options.limit * 2}.`)
}
