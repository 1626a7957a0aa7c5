import { unwrap } from '@flotilla/api-client'
import type { ReleaseDownloads } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { findRelease } from '../names/releases.js'
import {
  deltaColumns,
  deviceCostColumns,
  deviceCostFields,
  downloadColumns,
  downloadFields,
  downloadRows,
} from '../output/downloads.js'
import { renderRecord, renderTable } from '../output/table.js'

const RELEASE = 'version, commit or id'
const LOOK_IN = 'the fleet to look in'

interface ReleaseOptions {
  fleet?: string
}

interface MakeOptions extends ReleaseOptions {
  from?: string[]
}

/** What a release costs in bytes, and the deltas that make it cheap. */
export function addReleaseDownloadCommands(release: CliCommand, context: Context): void {
  release
    .command('cost')
    .description('Show how many bytes devices fetch for a release, by what they run now.')
    .argument('<release>', RELEASE)
    .option('--fleet <fleet>', LOOK_IN)
    .option('--device <device>', 'of this device alone, and whether its budget is enough')
    .example('flotilla release cost 18-9a0b1c2 --fleet acme/weather', 'flotilla release cost 18-9a0b1c2 --device roof')
    .action((name: string, options: ReleaseOptions & { device?: string }) => cost(context, name, options))
  release
    .command('deltas')
    .description('List the deltas into the images of a release, and how far they are.')
    .argument('<release>', RELEASE)
    .option('--fleet <fleet>', LOOK_IN)
    .example('flotilla release deltas 18-9a0b1c2 --fleet acme/weather')
    .action((name: string, options: ReleaseOptions) => deltas(context, name, options))
  release
    .command('make-deltas')
    .description('Have deltas made into the images of a release, before it is deployed or again after a failure.')
    .argument('<release>', RELEASE)
    .option('--fleet <fleet>', LOOK_IN)
    .option('--from <release...>', 'releases to start from; absent: those that most devices run')
    .example('flotilla release make-deltas 18-9a0b1c2 --from 15-0c1d2e3 --fleet acme/weather')
    .action((name: string, options: MakeOptions) => makeDeltas(context, name, options))
}

async function cost(
  context: Context,
  name: string,
  { fleet, device }: ReleaseOptions & { device?: string },
): Promise<void> {
  const api = await context.api()
  if (device !== undefined) return deviceCost(context, api, { name, fleet, device })
  const { id } = await findRelease(api, name, fleet)
  const downloads = await unwrap(api.GET('/api/v1/releases/{id}/downloads', { params: { path: { id } } }))
  const { output } = context
  if (output.json) return output.document(downloads)
  output.text(renderRecord(downloadFields(downloads), output.style))
  output.text(`\n${renderTable(downloadRows(downloads), downloadColumns, output.style)}`)
  noteUnfinished(context, downloads)
}

function noteUnfinished(context: Context, { deltas, totals }: ReleaseDownloads): void {
  if (totals.devices === 0) return context.output.note('The fleet has no device that the release was built for.')
  if (deltas.failed === 0) return
  context.output.note('Some deltas failed: see why with flotilla release deltas, try again with release make-deltas.')
}

async function deviceCost(
  { output }: Context,
  api: Api,
  { name, fleet, device }: { name: string; fleet?: string; device: string },
): Promise<void> {
  const { id, fleetId } = await findDevice(api, device, fleet)
  const release = await findRelease(api, name, fleet ?? fleetId)
  const params = { path: { id }, query: { release: release.id } }
  const found = await unwrap(api.GET('/api/v1/devices/{id}/download-cost', { params }))
  if (output.json) return output.document(found)
  output.text(renderRecord(deviceCostFields(found), output.style))
  output.text(`\n${renderTable(found.images, deviceCostColumns, output.style)}`)
}

async function deltas(context: Context, name: string, { fleet }: ReleaseOptions): Promise<void> {
  const api = await context.api()
  const { id } = await findRelease(api, name, fleet)
  const { items } = await unwrap(api.GET('/api/v1/releases/{id}/deltas', { params: { path: { id } } }))
  context.output.list(
    items,
    deltaColumns(context.output.now),
    'There are none. Have some made with: release make-deltas',
  )
}

async function makeDeltas(context: Context, name: string, { fleet, from }: MakeOptions): Promise<void> {
  const api = await context.api()
  const release = await findRelease(api, name, fleet)
  const sources = await Promise.all((from ?? []).map((each) => findRelease(api, each, fleet ?? release.fleetId)))
  const body = from === undefined ? {} : { from: sources.map(({ id }) => id) }
  const params = { path: { id: release.id } }
  const { items } = await unwrap(api.POST('/api/v1/releases/{id}/deltas', { params, body }))
  const open = items.filter(({ state }) => state === 'waiting' || state === 'making').length
  context.output.done(items, `${describeOpen(open)} See them with: flotilla release deltas ${release.version}`)
}

function describeOpen(count: number): string {
  if (count === 0) return 'There is nothing to make.'
  return count === 1 ? '1 delta is waiting or being made.' : `${count} deltas are waiting or being made.`
}
