import { unwrap } from '@flotilla/api-client'
import type { Role } from '@flotilla/contracts'
import { readPages } from '../api/pages.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findMember } from '../names/members.js'
import { formatAge } from '../output/age.js'
import { confirmHarm, readSecret } from '../prompts.js'
import { roleOption } from '../roles.js'

export function addOrganizationCommands(program: CliCommand, context: Context): void {
  const org = program.command('org').description('Organizations: they own fleets, and people have roles in them.')
  org
    .command('list')
    .description('List the organizations that you are in.')
    .example('flotilla org list')
    .action(() => list(context))
  org
    .command('create')
    .description('Make an organization; you become its admin.')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--title <title>', 'how people call it')
    .example('flotilla org create acme --title "Acme Weather"')
    .action((name: string, options: { title?: string }) => create(context, name, options))
  org
    .command('show')
    .description('Show an organization.')
    .argument('<organization>', 'name or id')
    .example('flotilla org show acme')
    .action((name: string) => show(context, name))
  addMemberCommands(org, context)
}

function addMemberCommands(org: CliCommand, context: Context): void {
  const members = org.command('members').description('The people in an organization.')
  members
    .command('list')
    .description('List the members with their roles.')
    .argument('<organization>', 'name or id')
    .example('flotilla org members list acme')
    .action((name: string) => listMembers(context, name))
  members
    .command('add')
    .description('Add a person; one who is new to this server needs a password.')
    .argument('<organization>', 'name or id')
    .argument('<email>')
    .addOption(roleOption('what the person may do').makeOptionMandatory())
    .option('--name <name>', 'name of a new person')
    .option('--password-stdin', 'read the first password of a new person from stdin, or ask for it')
    .example('flotilla org members add acme ann@example.com --role developer')
    .example('flotilla org members add acme new@example.com --role observer --password-stdin < password.txt')
    .action((name: string, email: string, options: AddMemberOptions) => addMember(context, name, email, options))
  members
    .command('change')
    .description('Give a member another role.')
    .argument('<organization>', 'name or id')
    .argument('<email>', 'email address or id of the member')
    .addOption(roleOption('the new role').makeOptionMandatory())
    .example('flotilla org members change acme ann@example.com --role admin')
    .action((name: string, email: string, { role }: { role: Role }) => changeMember(context, name, email, role))
  members
    .command('remove')
    .description('Remove a member.')
    .argument('<organization>', 'name or id')
    .argument('<email>', 'email address or id of the member')
    .option('-y, --yes', 'do not ask')
    .example('flotilla org members remove acme ann@example.com')
    .action((name: string, email: string, { yes }: { yes?: boolean }) => removeMember(context, name, email, yes))
}

async function list(context: Context): Promise<void> {
  const api = await context.api()
  const { items } = await readPages((query) => unwrap(api.GET('/api/v1/organizations', { params: { query } })))
  const columns = [
    { title: 'NAME', value: (org: (typeof items)[number]) => org.name },
    { title: 'TITLE', value: (org: (typeof items)[number]) => org.title },
    { title: 'CREATED', value: (org: (typeof items)[number]) => formatAge(org.createdAt, context.output.now) },
  ]
  context.output.list(items, columns, 'You are in no organization yet. Make one with: flotilla org create <name>')
}

async function create(context: Context, name: string, { title }: { title?: string }): Promise<void> {
  const api = await context.api()
  const organization = await unwrap(api.POST('/api/v1/organizations', { body: { name, title } }))
  context.output.done(organization, `Made the organization ${organization.name}.`)
}

async function show(context: Context, name: string): Promise<void> {
  const api = await context.api()
  const organization = await unwrap(api.GET('/api/v1/organizations/{id}', { params: { path: { id: name } } }))
  context.output.record(organization, [
    ['name', organization.name],
    ['title', organization.title],
    ['created', formatAge(organization.createdAt, context.output.now)],
    ['id', organization.id],
  ])
}

async function listMembers(context: Context, name: string): Promise<void> {
  const api = await context.api()
  const { items } = await readPages((query) =>
    unwrap(api.GET('/api/v1/organizations/{id}/members', { params: { path: { id: name }, query } })),
  )
  type Member = (typeof items)[number]
  const columns = [
    { title: 'EMAIL', value: (member: Member) => member.email },
    { title: 'NAME', value: (member: Member) => member.name },
    { title: 'ROLE', value: (member: Member) => member.role },
    { title: 'SINCE', value: (member: Member) => formatAge(member.createdAt, context.output.now) },
  ]
  context.output.list(items, columns, `${name} has no members.`)
}

interface AddMemberOptions {
  role: Role
  name?: string
  passwordStdin?: boolean
}

async function addMember(context: Context, organization: string, email: string, options: AddMemberOptions) {
  const api = await context.api()
  const password = options.passwordStdin ? await readSecret(context.io, 'Password') : undefined
  const member = await unwrap(
    api.POST('/api/v1/organizations/{id}/members', {
      params: { path: { id: organization } },
      body: { email, role: options.role, name: options.name, password },
    }),
  )
  context.output.done(member, `${member.email} is now ${member.role} in ${organization}.`)
}

async function changeMember(context: Context, organization: string, email: string, role: Role): Promise<void> {
  const api = await context.api()
  const { userId } = await findMember(api, organization, email)
  const path = { id: organization, userId }
  const member = await unwrap(
    api.PATCH('/api/v1/organizations/{id}/members/{userId}', { params: { path }, body: { role } }),
  )
  context.output.done(member, `${member.email} is now ${member.role} in ${organization}.`)
}

async function removeMember(context: Context, organization: string, email: string, yes?: boolean): Promise<void> {
  const api = await context.api()
  const member = await findMember(api, organization, email)
  await confirmHarm(context.io, `Remove ${member.email} from ${organization}?`, yes)
  const path = { id: organization, userId: member.userId }
  await unwrap(api.DELETE('/api/v1/organizations/{id}/members/{userId}', { params: { path } }))
  context.output.done(member, `${member.email} is no longer in ${organization}.`)
}
