import { unwrap } from '@flotilla/api-client'
import type { CreateProvisioningKey } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import { readPages } from '../api/pages.js'
import { parseCount, parseDuration } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { formatAge } from '../output/age.js'
import { confirmHarm } from '../prompts.js'
import { installCommand } from './install-command.js'

interface KeyOptions {
  name?: string
  uses?: number
  expires?: number
}

export function addProvisioningKeyCommands(program: CliCommand, context: Context): void {
  const key = program
    .command('provisioning-key')
    .description('Provisioning keys: what a board shows to become a device of a fleet.')
  key
    .command('create')
    .description('Make a key and print it, this once.')
    .argument('<fleet>', 'organization/fleet')
    .option('--name <name>', 'what it is for')
    .option('--uses <count>', 'how many boards may use it; any number where absent', parseCount)
    .option('--expires <time>', 'how long it is valid: 12h, 30d; for ever where absent', parseDuration)
    .example('flotilla provisioning-key create acme/weather --uses 10 --expires 30d')
    .action((fleet: string, options: KeyOptions) => create(context, fleet, options))
  key
    .command('list')
    .description("List a fleet's keys, without their secrets.")
    .argument('<fleet>', 'organization/fleet')
    .example('flotilla provisioning-key list acme/weather')
    .action((fleet: string) => list(context, fleet))
  key
    .command('revoke')
    .description('End a key. Boards that used it stay.')
    .argument('<id>', 'as the list shows it')
    .option('-y, --yes', 'do not ask')
    .example('flotilla provisioning-key revoke 0b0e0f0c-4f5d-4c55-8b5e-3f4d5e6f7a8b')
    .action((id: string, { yes }: { yes?: boolean }) => revoke(context, id, yes))
}

export function createKey(api: Api, fleetId: string, key: CreateProvisioningKey) {
  return unwrap(api.POST('/api/v1/fleets/{id}/provisioning-keys', { params: { path: { id: fleetId } }, body: key }))
}

async function create(context: Context, fleetName: string, options: KeyOptions): Promise<void> {
  const { api, server } = await context.session()
  const fleet = await findFleet(api, fleetName)
  const created = await createKey(api, fleet.id, {
    name: options.name ?? 'provisioning key',
    maxUses: options.uses,
    expiresInSeconds: options.expires,
  })
  context.output.note(`A provisioning key for ${fleetPath(fleet)}. It is shown only this once:`)
  context.output.done(created, created.key)
  context.output.note('On a board, as one line:')
  context.output.note(installCommand(server, { key: created.key }))
}

async function list(context: Context, fleetName: string): Promise<void> {
  const api = await context.api()
  const fleet = await findFleet(api, fleetName)
  const path = { id: fleet.id }
  const { items } = await readPages((query) =>
    unwrap(api.GET('/api/v1/fleets/{id}/provisioning-keys', { params: { path, query } })),
  )
  type Key = (typeof items)[number]
  const { now } = context.output
  const columns = [
    { title: 'NAME', value: (key: Key) => key.name },
    { title: 'KEY', value: (key: Key) => `${key.prefix}…` },
    { title: 'USES', value: (key: Key) => (key.maxUses === undefined ? key.uses : `${key.uses} of ${key.maxUses}`) },
    { title: 'STATE', value: (key: Key) => keyState(key, now) },
    { title: 'CREATED', value: (key: Key) => formatAge(key.createdAt, now) },
    { title: 'ID', value: (key: Key) => key.id },
  ]
  context.output.list(items, columns, `${fleetPath(fleet)} has no provisioning keys.`)
}

function keyState(key: { revokedAt?: string; expiresAt?: string; maxUses?: number; uses: number }, now: Date): string {
  if (key.revokedAt !== undefined) return `revoked ${formatAge(key.revokedAt, now)}`
  if (key.maxUses !== undefined && key.uses >= key.maxUses) return 'used up'
  if (key.expiresAt === undefined) return 'valid'
  const expired = new Date(key.expiresAt) <= now
  return `${expired ? 'expired' : 'valid, expires'} ${formatAge(key.expiresAt, now)}`
}

async function revoke(context: Context, id: string, yes?: boolean): Promise<void> {
  const api = await context.api()
  await confirmHarm(context.io, `Revoke the provisioning key ${id}?`, yes)
  await unwrap(api.DELETE('/api/v1/provisioning-keys/{id}', { params: { path: { id } } }))
  context.output.done({ id }, `Revoked the provisioning key ${id}.`)
}
