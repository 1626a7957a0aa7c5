import { unwrap } from '@flotilla/api-client'
import type { FleetView, Platform, UpdateFleet } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import { readPages } from '../api/pages.js'
import type { CliCommand } from '../cli-command.js'
import { usageError } from '../command-error.js'
import type { Context } from '../context.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { releaseIn } from '../names/releases.js'
import { formatAge } from '../output/age.js'
import type { Column } from '../output/table.js'
import { platformOption } from '../platforms.js'
import { confirmHarm } from '../prompts.js'
import { addFleetPolicy } from './update-policies.js'

const FLEET = 'organization/fleet, or the fleet alone where the name is unique'

interface FleetOptions {
  name?: string
  branch?: string
  platform?: Platform[]
}

export function addFleetCommands(program: CliCommand, context: Context): void {
  const fleet = program.command('fleet').description('Fleets: devices that run the same app.')
  addReading(fleet, context)
  fleet
    .command('create')
    .description('Make a fleet, empty and ready to be pushed to.')
    .argument('<fleet>', 'organization/fleet, or the fleet alone where you are in one organization')
    .option('--branch <branch>', 'a push to this branch deploys', 'main')
    .addOption(platformOption('build for this platform even without such a device'))
    .example('flotilla fleet create acme/weather --platform linux/arm64')
    .action((name: string, options: FleetOptions) => create(context, name, options))
  fleet
    .command('update')
    .description('Rename a fleet, or change what is built and deployed.')
    .argument('<fleet>', FLEET)
    .option('--name <name>', 'its new name; the address that git pushes to changes with it')
    .option('--branch <branch>', 'a push to this branch deploys')
    .addOption(platformOption('build for these platforms even without such devices'))
    .example('flotilla fleet update acme/weather --branch production')
    .action((name: string, options: FleetOptions) => update(context, name, options))
  addPinning(fleet, context)
  addFleetPolicy(fleet, context)
  fleet
    .command('delete')
    .description('Delete a fleet with its releases and variables. It must have no devices.')
    .argument('<fleet>', FLEET)
    .option('-y, --yes', 'do not ask')
    .example('flotilla fleet delete acme/weather')
    .action((name: string, { yes }: { yes?: boolean }) => remove(context, name, yes))
}

function addReading(fleet: CliCommand, context: Context): void {
  fleet
    .command('list')
    .description('List the fleets that you can see.')
    .option('--org <organization>', 'those of this organization')
    .example('flotilla fleet list')
    .action((options: { org?: string }) => list(context, options))
  fleet
    .command('show')
    .description('Show a fleet.')
    .argument('<fleet>', FLEET)
    .example('flotilla fleet show acme/weather')
    .action((name: string) => show(context, name))
}

function addPinning(fleet: CliCommand, context: Context): void {
  fleet
    .command('pin')
    .description('Keep a fleet on one release, whatever is pushed.')
    .argument('<fleet>', FLEET)
    .argument('<release>', 'version, commit or id of a final release')
    .example('flotilla fleet pin acme/weather 17-3f2c1ab')
    .action((name: string, release: string) => pin(context, name, release))
  fleet
    .command('unpin')
    .description('Let a fleet follow its newest release again.')
    .argument('<fleet>', FLEET)
    .example('flotilla fleet unpin acme/weather')
    .action((name: string) => unpin(context, name))
}

async function list(context: Context, { org }: { org?: string }): Promise<void> {
  const api = await context.api()
  const { items } = await readPages((page) =>
    unwrap(api.GET('/api/v1/fleets', { params: { query: { ...page, organization: org } } })),
  )
  const columns: Column<FleetView>[] = [
    { title: 'FLEET', value: fleetPath },
    { title: 'DEVICES', value: ({ deviceCounts }) => deviceCounts.total },
    { title: 'ONLINE', value: ({ deviceCounts }) => deviceCounts.online },
    { title: 'TROUBLE', value: trouble, format: () => 'red' },
    { title: 'BRANCH', value: (fleet) => fleet.deployBranch },
    { title: 'FOLLOWS', value: (fleet) => (fleet.pinned ? 'pinned' : 'newest') },
    { title: 'CREATED', value: (fleet) => formatAge(fleet.createdAt, context.output.now) },
  ]
  context.output.list(
    items,
    columns,
    'There are no fleets. Make one with: flotilla fleet create <organization>/<fleet>',
  )
}

/** `1 gave the release up, 2 failing` */
function trouble({ deviceCounts: { rejected, failing } }: FleetView): string | undefined {
  const kinds = [
    ...(rejected > 0 ? [`${rejected} gave the release up`] : []),
    ...(failing > 0 ? [`${failing} failing`] : []),
  ]
  return kinds.length > 0 ? kinds.join(', ') : undefined
}

async function create(context: Context, path: string, { branch, platform }: FleetOptions): Promise<void> {
  const api = await context.api()
  const [organization, name] = await splitPath(api, path)
  const fleet = await unwrap(
    api.POST('/api/v1/fleets', { body: { organization, name, deployBranch: branch, platforms: platform } }),
  )
  context.output.done(fleet, `Made the fleet ${fleetPath(fleet)}.`)
  context.output.note(`Deploy with: flotilla push --fleet ${fleetPath(fleet)}`)
  context.output.note(`Add boards with: flotilla device add --fleet ${fleetPath(fleet)}`)
}

/** A bare name goes to the only organization there is. */
async function splitPath(api: Api, path: string): Promise<[organization: string, name: string]> {
  const [first = '', second, ...rest] = path.split('/')
  if (rest.length > 0) throw usageError(`${path} is not a name of a fleet.`, 'It looks like organization/fleet.')
  if (second !== undefined) return [first, second]
  const { items } = await unwrap(api.GET('/api/v1/organizations', { params: { query: { limit: 2 } } }))
  const [only, other] = items
  if (!only) throw usageError('You are in no organization yet.', 'Make one with: flotilla org create <name>')
  if (other) throw usageError(`Say in which organization: organization/${path}`, 'See: flotilla org list')
  return [only.name, first]
}

async function show(context: Context, name: string): Promise<void> {
  const api = await context.api()
  const fleet = await findFleet(api, name)
  const id = fleet.targetReleaseId
  const release =
    id === undefined ? undefined : await unwrapIfFound(api.GET('/api/v1/releases/{id}', { params: { path: { id } } }))
  const { total, online } = fleet.deviceCounts
  context.output.record(fleet, [
    ['fleet', fleetPath(fleet)],
    ['release', release?.version ?? 'none yet'],
    ['follows', fleet.pinned ? 'this release (pinned)' : 'the newest release'],
    ['devices', `${total}, ${online} online`],
    ['deploy branch', fleet.deployBranch],
    ['also built for', fleet.platforms.join(', ') || undefined],
    ['git', fleet.gitUrl],
    ['created', formatAge(fleet.createdAt, context.output.now)],
    ['id', fleet.id],
  ])
}

async function update(context: Context, name: string, options: FleetOptions): Promise<void> {
  const changes = { name: options.name, deployBranch: options.branch, platforms: options.platform }
  if (Object.values(changes).every((value) => value === undefined)) {
    throw usageError('Say what to change: --name, --branch or --platform.')
  }
  const api = await context.api()
  const before = await findFleet(api, name)
  const after = await change(api, before.id, changes)
  context.output.done(after, `Changed the fleet ${fleetPath(after)}.`)
}

async function pin(context: Context, name: string, releaseName: string): Promise<void> {
  const api = await context.api()
  const fleet = await findFleet(api, name)
  const release = await releaseIn(api, releaseName, fleet.id)
  const after = await change(api, fleet.id, { pinnedReleaseId: release.id })
  context.output.done(after, `${fleetPath(fleet)} stays on release ${release.version}.`)
}

async function unpin(context: Context, name: string): Promise<void> {
  const api = await context.api()
  const fleet = await findFleet(api, name)
  const after = await change(api, fleet.id, { pinnedReleaseId: null })
  context.output.done(after, `${fleetPath(fleet)} follows its newest release.`)
}

function change(api: Api, id: string, body: UpdateFleet): Promise<FleetView> {
  return unwrap(api.PATCH('/api/v1/fleets/{id}', { params: { path: { id } }, body }))
}

async function remove(context: Context, name: string, yes?: boolean): Promise<void> {
  const api = await context.api()
  const fleet = await findFleet(api, name)
  await confirmHarm(context.io, `Delete the fleet ${fleetPath(fleet)} with its releases and variables?`, yes)
  await unwrap(api.DELETE('/api/v1/fleets/{id}', { params: { path: { id: fleet.id } } }))
  context.output.done(fleet, `Deleted the fleet ${fleetPath(fleet)}.`)
}
