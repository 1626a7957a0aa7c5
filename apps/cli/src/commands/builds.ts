import { unwrap } from '@flotilla/api-client'
import type { BuildOutputLineView, BuildView } from '@flotilla/contracts'
import { Option } from 'commander'
import { follow } from '../api/follow.js'
import { readPages } from '../api/pages.js'
import { parseCount } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import { CommandError } from '../command-error.js'
import type { Context, Session } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { findFleet } from '../names/fleets.js'
import { findBuild } from '../names/releases.js'
import { renderBuildLine } from '../output/lines.js'
import { buildColumns, buildFields } from '../output/releases.js'
import { confirmHarm } from '../prompts.js'

interface BuildOptions {
  fleet?: string
  follow?: boolean
  yes?: boolean
}

interface ListOptions {
  fleet?: string
  state?: BuildView['state']
  limit: number
}

export function addBuildCommands(program: CliCommand, context: Context): void {
  const build = program.command('build').description('Builds: the jobs that make releases.')
  build
    .command('list')
    .description('List builds, newest first.')
    .option('--fleet <fleet>', 'those of this fleet')
    .addOption(
      new Option('--state <state>', 'those that are').choices([
        'queued',
        'running',
        'succeeded',
        'failed',
        'cancelled',
      ]),
    )
    .option('--limit <count>', 'how many', parseCount, 20)
    .example('flotilla build list --fleet acme/weather')
    .action((options: ListOptions) => list(context, options))
  named(build.command('show'))
    .description('Show a build.')
    .example('flotilla build show --fleet acme/weather')
    .action((name: string | undefined, options: BuildOptions) => show(context, name, options))
  named(build.command('logs'))
    .description('Print what a build said; with --follow the exit status tells whether it succeeded.')
    .option('-f, --follow', 'go on until the build ends; Ctrl-C leaves it running')
    .example('flotilla build logs 17-3f2c1ab --fleet acme/weather -f')
    .action((name: string | undefined, options: BuildOptions) => logs(context, name, options))
  named(build.command('cancel'))
    .description('Stop a build; its release fails.')
    .option('-y, --yes', 'do not ask')
    .example('flotilla build cancel --fleet acme/weather')
    .action((name: string | undefined, options: BuildOptions) => cancel(context, name, options))
}

function named(command: CliCommand): CliCommand {
  return command
    .argument('[build]', 'its id, or the version, commit or id of its release; the newest of --fleet where absent')
    .option('--fleet <fleet>', 'the fleet to look in')
}

async function list(context: Context, { fleet: name, state, limit }: ListOptions): Promise<void> {
  const api = await context.api()
  const fleet = name === undefined ? undefined : (await findFleet(api, name)).id
  const { items, more } = await readPages(
    (page) => unwrap(api.GET('/api/v1/builds', { params: { query: { fleet, state, ...page } } })),
    limit,
  )
  context.output.list(items, buildColumns(context.output.now), 'There are no such builds.')
  if (more) context.output.note(`There are more; see them with --limit ${limit * 2}.`)
}

async function show(context: Context, name: string | undefined, { fleet }: BuildOptions): Promise<void> {
  const build = await findBuild(await context.api(), name, fleet)
  context.output.record(build, buildFields(build, context.output.now))
}

async function logs(context: Context, name: string | undefined, options: BuildOptions): Promise<void> {
  const session = await context.session()
  const { id } = await findBuild(session.api, name, options.fleet)
  if (options.follow) return followBuild(context, session, id)
  const lines = await readOutput(session, id)
  if (context.output.json) return context.output.document(lines)
  for (const line of lines) print(context, line)
  if (lines.length === 0) context.output.note('The build has said nothing yet.')
}

async function readOutput({ api }: Session, id: string): Promise<BuildOutputLineView[]> {
  const lines: BuildOutputLineView[] = []
  for (;;) {
    const query = { limit: 5000, after: lines.at(-1)?.id }
    const { items, nextCursor } = await unwrap(
      api.GET('/api/v1/builds/{id}/output', { params: { path: { id }, query } }),
    )
    lines.push(...items)
    if (items.length === 0 || nextCursor === undefined) return lines
  }
}

async function followBuild(context: Context, session: Session, id: string): Promise<void> {
  const params = { path: { id }, query: { after: '0' } }
  for await (const { event, data } of follow(context, session, '/api/v1/builds/{id}/output/stream', { params })) {
    if (event === 'line') print(context, data as BuildOutputLineView)
    if (event === 'end') return requireSuccess(data as BuildView)
  }
}

function requireSuccess(build: BuildView): void {
  if (build.state === 'succeeded') return
  const how = build.state === 'cancelled' ? 'was cancelled' : 'failed'
  const reason = build.reason === undefined ? '.' : `: ${build.reason}`
  throw new CommandError(`build-${build.state}`, EXIT.failure, `The build ${how}${reason}`)
}

function print({ output }: Context, line: BuildOutputLineView): void {
  if (output.json) output.documentLine(line)
  else output.text(renderBuildLine(line, output.style, output.coloured))
}

async function cancel(context: Context, name: string | undefined, { fleet, yes }: BuildOptions): Promise<void> {
  const api = await context.api()
  const { id } = await findBuild(api, name, fleet)
  await confirmHarm(context.io, `Cancel the build ${id}?`, yes)
  const build = await unwrap(api.POST('/api/v1/builds/{id}/cancel', { params: { path: { id } } }))
  context.output.done(build, `The build ${id} is being cancelled.`)
}
