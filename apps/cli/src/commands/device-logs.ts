import { unwrap } from '@flotilla/api-client'
import type { DeviceLogLineView } from '@flotilla/contracts'
import { follow } from '../api/follow.js'
import { parseCount } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { renderLogLine } from '../output/lines.js'

interface LogsOptions {
  fleet?: string
  service?: string
  follow?: boolean
  lines: number
}

export function addDeviceLogs(device: CliCommand, context: Context): void {
  device
    .command('logs')
    .description("Print what a device's containers and supervisor logged, oldest first.")
    .argument('<device>', 'name, uuid or id')
    .option('--fleet <fleet>', 'the fleet to look in')
    .option('--service <service>', 'lines of this service only')
    .option('-n, --lines <count>', 'how many of the newest lines', parseCount, 200)
    .option('-f, --follow', 'go on with new lines as they arrive, until Ctrl-C')
    .example('flotilla device logs roof -f --service web')
    .action((name: string, options: LogsOptions) => logs(context, name, options))
}

async function logs(context: Context, name: string, options: LogsOptions): Promise<void> {
  const session = await context.session()
  const { id } = await findDevice(session.api, name, options.fleet)
  const { service } = options
  const lines = await newestLines(session.api, id, options)
  const { output } = context
  if (output.json && !options.follow) return output.document(lines)
  for (const line of lines) print(context, line)
  if (!options.follow) return lines.length === 0 ? output.note('There are no lines yet.') : undefined
  const params = { path: { id }, query: { service, after: lines.at(-1)?.id ?? '0' } }
  for await (const { data } of follow(context, session, '/api/v1/devices/{id}/logs/stream', { params })) {
    print(context, data)
  }
}

/** Pages go backwards from the newest line; what comes out is oldest first. */
async function newestLines(
  api: Awaited<ReturnType<Context['api']>>,
  id: string,
  { lines, service }: LogsOptions,
): Promise<DeviceLogLineView[]> {
  const found: DeviceLogLineView[] = []
  while (found.length < lines) {
    const query = { service, limit: Math.min(1000, lines - found.length), before: found[0]?.id }
    const { items } = await unwrap(api.GET('/api/v1/devices/{id}/logs', { params: { path: { id }, query } }))
    found.unshift(...items)
    if (items.length < query.limit) break
  }
  return found
}

function print({ output }: Context, line: DeviceLogLineView): void {
  if (output.json) output.documentLine(line)
  else output.text(renderLogLine(line, output.style, output.coloured))
}
