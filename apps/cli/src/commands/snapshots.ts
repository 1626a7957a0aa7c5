import type { CliCommand } from '../cli-command.js'
import { giveCommand } from '../api/device-commands.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { confirmHarm } from '../prompts.js'
import { listSnapshots, type SnapshotOptions } from './snapshot-list.js'
import { downloadSnapshot, removeUploaded, uploadSnapshot } from './snapshot-transfers.js'

const DEVICE = 'name, uuid or id'
const LOOK_IN = 'the fleet to look in'
const ID = 'its id, from: flotilla snapshot list'

export function addSnapshotCommands(program: CliCommand, context: Context): void {
  const snapshot = program.command('snapshot').description("Copies of a device's volumes: take, put back, keep.")
  snapshot
    .command('create')
    .description('Copy the volumes of a device as they are now. The app goes on meanwhile.')
    .argument('<device>', DEVICE)
    .option('--volume <volume>', 'this one alone; absent: each that is marked with io.flotilla.snapshot')
    .option('--fleet <fleet>', LOOK_IN)
    .example('flotilla snapshot create roof', 'flotilla snapshot create roof --volume data')
    .action((name: string, options: SnapshotOptions & { volume?: string }) => create(context, name, options))
  snapshot
    .command('list')
    .description('List the snapshots of a device: those on it, and those in the control plane.')
    .argument('<device>', DEVICE)
    .option('--fleet <fleet>', LOOK_IN)
    .example('flotilla snapshot list roof')
    .action((name: string, options: SnapshotOptions) => listSnapshots(context, name, options))
  snapshot
    .command('restore')
    .description(
      'Put a snapshot back: what the volume holds now is lost. One that is not on the device is fetched first.',
    )
    .argument('<device>', DEVICE)
    .argument('<snapshot>', ID)
    .option('--fleet <fleet>', LOOK_IN)
    .option('-y, --yes', 'do not ask')
    .example('flotilla snapshot restore roof manual-20261121-120000-data')
    .action((name: string, id: string, options: SnapshotOptions) => restore(context, name, id, options))
  addKeeping(snapshot, context)
}

function addKeeping(snapshot: CliCommand, context: Context): void {
  snapshot
    .command('upload')
    .description('Have a device send a snapshot to the control plane, from where a new board can start.')
    .argument('<device>', DEVICE)
    .argument('[snapshot]', 'its id; absent: the newest on the device')
    .option('--fleet <fleet>', LOOK_IN)
    .option('--no-wait', 'do not wait until all of it has come')
    .example('flotilla snapshot upload roof')
    .action((name: string, id: string | undefined, options: SnapshotOptions & { wait: boolean }) =>
      uploadSnapshot(context, name, id, options),
    )
  snapshot
    .command('download')
    .description('Save the files of an uploaded snapshot as tar.gz.')
    .argument('<device>', DEVICE)
    .argument('<snapshot>', ID)
    .option('--fleet <fleet>', LOOK_IN)
    .option('-o, --output <file>', 'where to; absent: <snapshot>.tar.gz')
    .example('flotilla snapshot download roof manual-20261121-120000-data')
    .action((name: string, id: string, options: SnapshotOptions & { output?: string }) =>
      downloadSnapshot(context, name, id, options),
    )
  snapshot
    .command('remove')
    .description('Remove a snapshot from a device, or from the control plane.')
    .argument('<device>', DEVICE)
    .argument('<snapshot>', ID)
    .option('--uploaded', 'the copy in the control plane, not the one on the device')
    .option('--fleet <fleet>', LOOK_IN)
    .option('-y, --yes', 'do not ask')
    .example('flotilla snapshot remove roof manual-20261121-120000-data')
    .action((name: string, id: string, options: SnapshotOptions & { uploaded?: boolean }) =>
      remove(context, name, id, options),
    )
}

async function create(
  context: Context,
  name: string,
  { fleet, volume }: SnapshotOptions & { volume?: string },
): Promise<void> {
  const device = await findDevice(await context.api(), name, fleet)
  const done = await giveCommand(context, device, { kind: 'create-snapshot', volume })
  context.output.done(done, done.detail ?? `Took snapshots on ${device.name}.`)
}

async function restore(context: Context, name: string, id: string, { fleet, yes }: SnapshotOptions): Promise<void> {
  const device = await findDevice(await context.api(), name, fleet)
  const question = `Put ${id} back on ${device.name}? What its volume holds now is lost, and what uses it restarts.`
  await confirmHarm(context.io, question, yes)
  const done = await giveCommand(context, device, { kind: 'restore-snapshot', snapshotId: id })
  context.output.done(done, done.detail ?? `Put ${id} back on ${device.name}.`)
}

async function remove(
  context: Context,
  name: string,
  id: string,
  { fleet, yes, uploaded }: SnapshotOptions & { uploaded?: boolean },
): Promise<void> {
  const device = await findDevice(await context.api(), name, fleet)
  const where = uploaded ? 'from the control plane' : `from ${device.name}`
  await confirmHarm(context.io, `Remove snapshot ${id} ${where}?`, yes)
  if (uploaded) return removeUploaded(context, device, id)
  const done = await giveCommand(context, device, { kind: 'remove-snapshot', snapshotId: id })
  context.output.done(done, done.detail ?? `Removed ${id} ${where}.`)
}
