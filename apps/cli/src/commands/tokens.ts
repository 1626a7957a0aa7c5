import { unwrap } from '@flotilla/api-client'
import type { Role } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import { readPages } from '../api/pages.js'
import { parseDuration } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { only } from '../names/only.js'
import { formatAge } from '../output/age.js'
import { confirmHarm } from '../prompts.js'
import { roleOption } from '../roles.js'

interface TokenOptions {
  role?: Role
  expires?: number
}

export function addTokenCommands(program: CliCommand, context: Context): void {
  const token = program.command('token').description('Your API tokens: for programs, and as the password of git.')
  token
    .command('create')
    .description('Make a token and print it, this once.')
    .argument('<name>', 'what it is for')
    .addOption(roleOption('at most this role; your own where absent'))
    .option('--expires <time>', 'how long it is valid: 12h, 30d; for ever where absent', parseDuration)
    .example('flotilla token create ci --role developer --expires 90d')
    .action((name: string, options: TokenOptions) => create(context, name, options))
  token
    .command('list')
    .description('List your tokens, without their secrets.')
    .example('flotilla token list')
    .action(() => list(context))
  token
    .command('revoke')
    .description('End a token.')
    .argument('<token>', 'name, beginning of the token, or id')
    .option('-y, --yes', 'do not ask')
    .example('flotilla token revoke ci')
    .action((name: string, { yes }: { yes?: boolean }) => revoke(context, name, yes))
}

async function create(context: Context, name: string, { role, expires }: TokenOptions): Promise<void> {
  const api = await context.api()
  const created = await unwrap(api.POST('/api/v1/api-keys', { body: { name, role, expiresInSeconds: expires } }))
  context.output.note(`The token ${created.name}. It is shown only this once:`)
  context.output.done(created, created.token)
}

async function list(context: Context): Promise<void> {
  const items = await readTokens(await context.api())
  const { now } = context.output
  type Token = (typeof items)[number]
  const columns = [
    { title: 'NAME', value: (token: Token) => token.name },
    { title: 'TOKEN', value: (token: Token) => `${token.prefix}…` },
    { title: 'ROLE', value: (token: Token) => token.role ?? 'yours' },
    { title: 'EXPIRES', value: (token: Token) => (token.expiresAt ? formatAge(token.expiresAt, now) : 'never') },
    { title: 'USED', value: (token: Token) => (token.lastUsedAt ? formatAge(token.lastUsedAt, now) : 'never') },
    { title: 'ID', value: (token: Token) => token.id },
  ]
  context.output.list(items, columns, 'You have no tokens. Make one with: flotilla token create <name>')
}

async function revoke(context: Context, name: string, yes?: boolean): Promise<void> {
  const api = await context.api()
  const tokens = await readTokens(api)
  const token = only(
    tokens.filter((token) => token.id === name || token.name === name || isPrefix(name, token.prefix)),
    {
      kind: 'token',
      name,
      describe: ({ id, name, prefix }) => `${name} (${prefix}…, id ${id})`,
      ifNone: 'See yours with: flotilla token list',
      ifSeveral: 'Give the id.',
    },
  )
  await confirmHarm(context.io, `Revoke the token ${token.name}? Programs that use it stop working.`, yes)
  await unwrap(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id: token.id } } }))
  context.output.done(token, `Revoked the token ${token.name}.`)
}

async function readTokens(api: Api) {
  const { items } = await readPages((query) => unwrap(api.GET('/api/v1/api-keys', { params: { query } })))
  return items
}

function isPrefix(typed: string, prefix: string): boolean {
  return prefix !== '' && typed.startsWith(prefix)
}
