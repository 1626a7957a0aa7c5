import { unwrap } from '@flotilla/api-client'
import { readPages } from '../api/pages.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { commandColumns, renderExplanation } from '../output/explanation.js'
import { renderTable } from '../output/table.js'
import { readDevice } from './device-show.js'

export function addDeviceExplain(device: CliCommand, context: Context): void {
  device
    .command('explain')
    .description('Say why a device does what it does: what it waits for, and why it gave a release up.')
    .argument('<device>', 'name, uuid or id')
    .option('--fleet <fleet>', 'the fleet to look in')
    .example('flotilla device explain roof')
    .action((name: string, options: { fleet?: string }) => explain(context, name, options.fleet))
}

async function explain(context: Context, name: string, fleet: string | undefined): Promise<void> {
  const { output } = context
  const api = await context.api()
  const { id } = await findDevice(api, name, fleet)
  const [{ state, ...device }, { items: openCommands }] = await Promise.all([
    readDevice(api, id),
    readPages((page) =>
      unwrap(api.GET('/api/v1/devices/{id}/commands', { params: { path: { id }, query: { ...page, open: 'true' } } })),
    ),
  ])
  const app = state?.state.apps[device.fleetId]
  if (output.json) {
    return output.document({ ...device, trial: app?.trial, rejected: app?.rejected, openCommands })
  }
  output.text(renderExplanation({ device, app }, output.now))
  if (openCommands.length === 0) return
  output.text(`\nIt has not done yet:\n${renderTable(openCommands, commandColumns(output.now), output.style)}`)
}
