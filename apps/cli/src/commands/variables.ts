import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ApiProblem, unwrap } from '@flotilla/api-client'
import type { VariableView } from '@flotilla/contracts'
import { refusal } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import type { CliCommand } from '../cli-command.js'
import { CommandError, interrupted, usageError } from '../command-error.js'
import type { Context } from '../context.js'
import { type Io, readAll } from '../io.js'
import { noSuch } from '../names/only.js'
import { formatAge } from '../output/age.js'
import type { Column } from '../output/table.js'
import { askSecret } from '../prompts.js'
import { type Assignment, parseAssignment, parseEnvFile } from '../variables/assignments.js'
import { findScope, readVariables, type Scope, type ScopeOptions } from '../variables/scope.js'

interface SetOptions extends ScopeOptions {
  secret?: boolean
  envFile?: string
}

export function addVariableCommands(program: CliCommand, context: Context): void {
  const env = program
    .command('env')
    .description('Variables, at four levels: a fleet or a device, for all its services or one. The later wins.')
  scoped(env.command('list'), 'config variables only')
    .description('List variables. The values of secrets are never shown.')
    .option('--inherited', "with --device: the fleet's variables that reach it too")
    .example('flotilla env list --fleet acme/weather')
    .example('flotilla env list --device roof --inherited')
    .action((options: ScopeOptions & { inherited?: boolean }) => list(context, options))
  scoped(env.command('set'), 'config variables: settings of board and supervisor, not environment')
    .description('Set variables. A NAME without a value is asked for, or read from stdin.')
    .argument('[assignments...]', 'NAME=VALUE, or NAME')
    .option('--secret', 'it can be written, and never be read again')
    .option('--env-file <file>', 'set all that this file has, one NAME=VALUE a line; - is stdin')
    .example('flotilla env set --fleet acme/weather LOG_LEVEL=debug REGION=eu')
    .example('flotilla env set --device roof --service web --secret API_KEY < key.txt')
    .example('flotilla env set --fleet acme/weather --env-file .env')
    .action((assignments: string[], options: SetOptions) => set(context, assignments, options))
  scoped(env.command('unset'), 'config variables')
    .description('Remove variables from a level; one that was set at an earlier level applies again.')
    .argument('<names...>', 'names of variables')
    .example('flotilla env unset --device roof LOG_LEVEL')
    .action((names: string[], options: ScopeOptions) => unset(context, names, options))
}

function scoped(command: CliCommand, config: string): CliCommand {
  return command
    .option('--fleet <fleet>', 'of this fleet; with --device, the fleet to look in')
    .option('--device <device>', 'of this device: name, uuid or id')
    .option('--service <service>', 'for this service; for all where absent')
    .option('--config', config)
}

async function list(context: Context, options: ScopeOptions & { inherited?: boolean }): Promise<void> {
  const api = await context.api()
  const scope = await findScope(api, options)
  const variables = (await readVariables(api, scope, options.inherited)).filter(
    ({ service, kind }) =>
      (scope.service === undefined || service === scope.service || (options.inherited && service === undefined)) &&
      (!options.config || kind === 'config'),
  )
  const columns: Column<VariableView>[] = [
    { title: 'NAME', value: (variable) => variable.name },
    { title: 'VALUE', value: ({ value, secret }) => (secret ? '(secret)' : value), format: valueFormat },
    { title: 'LEVEL', value: ({ fleetId }) => (fleetId === undefined ? 'device' : 'fleet') },
    { title: 'SERVICE', value: ({ service }) => service ?? 'all' },
    { title: 'KIND', value: ({ kind }) => kind },
    { title: 'SET', value: ({ updatedAt }) => formatAge(updatedAt, context.output.now) },
  ]
  context.output.list(variables, columns, `No variables are set for ${scope.title}.`)
}

function valueFormat({ secret }: VariableView) {
  return secret ? ('dim' as const) : undefined
}

async function set(context: Context, texts: string[], options: SetOptions): Promise<void> {
  const assignments = await readAssignments(context.io, texts, options)
  const api = await context.api()
  const scope = await findScope(api, options)
  const done = await oneByOne(context.io, assignments, ({ name, value }) =>
    setVariable(api, scope, { name, value, secret: options.secret === true }),
  )
  context.output.done(done, `Set ${names(assignments)} for ${scope.title}.`)
}

function setVariable(api: Api, scope: Scope, variable: { name: string; value: string; secret: boolean }) {
  const { fleetId, deviceId, service, kind } = scope
  return unwrap(api.PUT('/api/v1/variables', { body: { fleetId, deviceId, service, kind, ...variable } }))
}

/** Everything to set, with values, before anything is. The last of two of one name counts. */
async function readAssignments(io: Io, texts: string[], { envFile }: SetOptions): Promise<Required<Assignment>[]> {
  const given = [...(envFile === undefined ? [] : await readEnvFile(io, envFile)), ...texts.map(parseAssignment)]
  if (given.length === 0) throw usageError('Say what to set: NAME=VALUE, or --env-file.')
  const open = given.filter(({ value }) => value === undefined)
  if (open.length > 1 && io.stdin.isTTY !== true) throw usageError(`Only one value fits on stdin, not ${names(open)}.`)
  if (open.length > 0 && envFile === '-')
    throw usageError(`stdin is the env file already; give ${names(open)} a value.`)
  const complete = new Map<string, string>()
  for (const { name, value } of given) complete.set(name, value ?? (await readValue(io, name)))
  return [...complete].map(([name, value]) => ({ name, value }))
}

async function readEnvFile(io: Io, file: string): Promise<Assignment[]> {
  if (file === '-') return parseEnvFile(await readAll(io.stdin), 'stdin')
  try {
    return parseEnvFile(await readFile(resolve(io.cwd, file), 'utf8'), file)
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw usageError(`The file ${file} cannot be read: ${(cause as Error).message}.`)
  }
}

function readValue(io: Io, name: string): Promise<string> {
  return io.stdin.isTTY === true ? askSecret(io, name, `Give ${name} a value.`) : readAll(io.stdin)
}

async function unset(context: Context, wanted: string[], options: ScopeOptions): Promise<void> {
  const api = await context.api()
  const scope = await findScope(api, options)
  const present = await readVariables(api, scope)
  const found = wanted.map((name) => {
    const variable = present.find(
      (one) => one.name === name && one.kind === scope.kind && one.service === scope.service,
    )
    return variable ?? fail(noSuch('variable', name, `It is not set for ${scope.title}; see: flotilla env list`))
  })
  await oneByOne(context.io, found, ({ id }) =>
    unwrap(api.DELETE('/api/v1/variables/{id}', { params: { path: { id } } })),
  )
  context.output.done(found, `Unset ${names(found)} for ${scope.title}.`)
}

/** One after the other; where it ends early, the error says how far it came. */
async function oneByOne<T extends { name: string }, R>(
  io: Io,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (const item of items) {
    try {
      if (io.interruption.aborted) throw interrupted()
      results.push(await work(item))
    } catch (error) {
      const failure = error instanceof ApiProblem ? refusal(error) : error
      throw failure instanceof CommandError && items.length > 1 ? partial(failure, items, results.length) : failure
    }
  }
  return results
}

function partial(error: CommandError, items: readonly { name: string }[], count: number): CommandError {
  const how =
    count === 0
      ? 'Nothing was changed'
      : `Done: ${names(items.slice(0, count))}. Not done: ${names(items.slice(count))}`
  const at = items[count]?.name ?? ''
  return new CommandError(error.code, error.exitCode, `${at}: ${error.detail}\n${how}.`, {
    ...error.more,
    quiet: false,
  })
}

function names(items: readonly { name: string }[]): string {
  return items.map(({ name }) => name).join(', ')
}

function fail(error: Error): never {
  throw error
}
