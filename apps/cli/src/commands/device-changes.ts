import { unwrap } from '@flotilla/api-client'
import type { DeviceView, UpdateDevice } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { releaseIn } from '../names/releases.js'
import { confirmHarm } from '../prompts.js'

interface DeviceOptions {
  fleet?: string
  yes?: boolean
}

const DEVICE = 'name, uuid or id'
const LOOK_IN = 'the fleet to look in'

export function addDeviceChanges(device: CliCommand, context: Context): void {
  device
    .command('rename')
    .description('Give a device another name.')
    .argument('<device>', DEVICE)
    .argument('<name>', 'its new name')
    .option('--fleet <fleet>', LOOK_IN)
    .example('flotilla device rename 3f2c1ab roof')
    .action((name: string, to: string, options: DeviceOptions) => rename(context, name, to, options))
  device
    .command('move')
    .description('Move a device to another fleet. Its name, own variables and history go with it; the app changes.')
    .argument('<device>', DEVICE)
    .argument('<fleet>', 'organization/fleet that it moves to')
    .option('--fleet <fleet>', LOOK_IN)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device move roof acme/testing')
    .action((name: string, to: string, options: DeviceOptions) => move(context, name, to, options))
  device
    .command('remove')
    .description('Remove a device with its variables, logs and history.')
    .argument('<device>', DEVICE)
    .option('--fleet <fleet>', LOOK_IN)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device remove roof')
    .action((name: string, options: DeviceOptions) => remove(context, name, options))
  addPinning(device, context)
}

function addPinning(device: CliCommand, context: Context): void {
  device
    .command('pin')
    .description('Keep a device on one release, whatever its fleet runs.')
    .argument('<device>', DEVICE)
    .argument('<release>', 'version, commit or id of a final release of its fleet')
    .option('--fleet <fleet>', LOOK_IN)
    .example('flotilla device pin roof 17-3f2c1ab')
    .action((name: string, release: string, options: DeviceOptions) => pin(context, name, release, options))
  device
    .command('unpin')
    .description('Let a device follow its fleet again.')
    .argument('<device>', DEVICE)
    .option('--fleet <fleet>', LOOK_IN)
    .example('flotilla device unpin roof')
    .action((name: string, options: DeviceOptions) => unpin(context, name, options))
}

async function rename(context: Context, name: string, to: string, { fleet }: DeviceOptions): Promise<void> {
  const api = await context.api()
  const before = await findDevice(api, name, fleet)
  const after = await change(api, before.id, { name: to })
  context.output.done(after, `${before.name} is now called ${after.name}.`)
}

async function move(context: Context, name: string, to: string, { fleet, yes }: DeviceOptions): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const target = await findFleet(api, to)
  const question = `Move ${device.name} from ${device.fleet} to ${fleetPath(target)}? It will run the app of that fleet.`
  await confirmHarm(context.io, question, yes)
  const after = await change(api, device.id, { fleetId: target.id })
  context.output.done(after, `Moved ${after.name} to ${after.fleet}.`)
}

async function remove(context: Context, name: string, { fleet, yes }: DeviceOptions): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const question = `Remove ${device.name} from ${device.fleet}, with its variables, logs and history?`
  await confirmHarm(context.io, question, yes)
  await unwrap(api.DELETE('/api/v1/devices/{id}', { params: { path: { id: device.id } } }))
  context.output.done(device, `Removed ${device.name} from ${device.fleet}.`)
}

async function pin(context: Context, name: string, releaseName: string, { fleet }: DeviceOptions): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const release = await releaseIn(api, releaseName, device.fleetId)
  const after = await change(api, device.id, { pinnedReleaseId: release.id })
  context.output.done(after, `${after.name} stays on release ${release.version}.`)
}

async function unpin(context: Context, name: string, { fleet }: DeviceOptions): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const after = await change(api, device.id, { pinnedReleaseId: null })
  context.output.done(after, `${after.name} follows its fleet ${after.fleet}.`)
}

function change(api: Api, id: string, body: UpdateDevice): Promise<DeviceView> {
  return unwrap(api.PATCH('/api/v1/devices/{id}', { params: { path: { id } }, body }))
}
