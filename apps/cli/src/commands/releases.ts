import { unwrap } from '@flotilla/api-client'
import type { ReleaseStatus, ReleaseView, UpdateRelease } from '@flotilla/contracts'
import { Option } from 'commander'
import type { Api } from '../api/connect.js'
import { readPages } from '../api/pages.js'
import { parseCount } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { findRelease } from '../names/releases.js'
import { imageColumns, releaseColumns, releaseFields } from '../output/releases.js'
import { renderRecord, renderTable } from '../output/table.js'
import { confirmHarm } from '../prompts.js'
import { addReleaseDownloadCommands } from './release-downloads.js'

const RELEASE = 'version, commit or id'

interface ReleaseOptions {
  fleet?: string
  yes?: boolean
  undo?: boolean
}

interface ListOptions {
  status?: ReleaseStatus
  limit: number
}

export function addReleaseCommands(program: CliCommand, context: Context): void {
  const release = program.command('release').description('Releases: what was built from a commit, and runs on devices.')
  release
    .command('list')
    .description("List a fleet's releases, newest first.")
    .argument('<fleet>', 'organization/fleet')
    .addOption(new Option('--status <status>', 'those that are').choices(['building', 'failed', 'draft', 'final']))
    .option('--limit <count>', 'how many', parseCount, 20)
    .example('flotilla release list acme/weather')
    .action((fleet: string, options: ListOptions) => list(context, fleet, options))
  named(release.command('show'))
    .description('Show a release and its images.')
    .example('flotilla release show 17-3f2c1ab --fleet acme/weather')
    .action((name: string, options: ReleaseOptions) => show(context, name, options))
  named(release.command('finalize'))
    .description('Make a draft final: a fleet that follows its newest release gets it.')
    .example('flotilla release finalize 18-9a0b1c2 --fleet acme/weather')
    .action((name: string, options: ReleaseOptions) => finalize(context, name, options))
  named(release.command('invalidate'))
    .description('Mark a release as bad, so that no device is given it any more.')
    .option('--undo', 'make it valid again')
    .option('-y, --yes', 'do not ask')
    .example('flotilla release invalidate 17-3f2c1ab --fleet acme/weather')
    .action((name: string, options: ReleaseOptions) => invalidate(context, name, options))
  addReleaseDownloadCommands(release, context)
}

function named(command: CliCommand): CliCommand {
  return command.argument('<release>', RELEASE).option('--fleet <fleet>', 'the fleet to look in')
}

async function list(context: Context, fleetName: string, { status, limit }: ListOptions): Promise<void> {
  const api = await context.api()
  const fleet = await findFleet(api, fleetName)
  const { items, more } = await readPages(
    (page) => unwrap(api.GET('/api/v1/releases', { params: { query: { fleet: fleet.id, status, ...page } } })),
    limit,
  )
  const none = `${fleetPath(fleet)} has no such releases. Make one with: flotilla push`
  context.output.list(items, releaseColumns(context.output.now), none)
  if (more) context.output.note(`There are more; see them with --limit ${limit * 2}.`)
}

async function show(context: Context, name: string, { fleet }: ReleaseOptions): Promise<void> {
  const { output } = context
  const api = await context.api()
  const { id } = await findRelease(api, name, fleet)
  const release = await unwrap(api.GET('/api/v1/releases/{id}', { params: { path: { id } } }))
  if (output.json) return output.document(release)
  output.text(renderRecord(releaseFields(release, output.now), output.style))
  if (release.images.length > 0) output.text(`\n${renderTable(release.images, imageColumns, output.style)}`)
}

async function finalize(context: Context, name: string, { fleet }: ReleaseOptions): Promise<void> {
  const api = await context.api()
  const { id } = await findRelease(api, name, fleet)
  const after = await change(api, id, { status: 'final' })
  context.output.done(after, `Release ${after.version} is final.`)
}

async function invalidate(context: Context, name: string, { fleet, undo, yes }: ReleaseOptions): Promise<void> {
  const api = await context.api()
  const release = await findRelease(api, name, fleet)
  if (!undo) {
    await confirmHarm(context.io, `Invalidate release ${release.version}? No device will be given it any more.`, yes)
  }
  const after = await change(api, release.id, { invalidated: !undo })
  context.output.done(after, `Release ${after.version} is ${undo ? 'valid again' : 'invalid'}.`)
}

function change(api: Api, id: string, body: UpdateRelease): Promise<ReleaseView> {
  return unwrap(api.PATCH('/api/v1/releases/{id}', { params: { path: { id } }, body }))
}
