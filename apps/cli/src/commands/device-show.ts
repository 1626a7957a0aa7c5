import { unwrap } from '@flotilla/api-client'
import type { DeviceView, LiveEvent, ReportedState } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import { pause } from '../api/device-commands.js'
import { follow } from '../api/follow.js'
import { readOr } from '../api/patience.js'
import type { CliCommand } from '../cli-command.js'
import type { Context, Session } from '../context.js'
import { findDevice } from '../names/devices.js'
import { deviceFields, serviceColumns, serviceRows, transferFields } from '../output/devices.js'
import { renderRecord, renderTable } from '../output/table.js'

const CLEAR_SCREEN = '\x1b[H\x1b[2J'

interface ShowOptions {
  fleet?: string
  watch?: boolean
}

/** A device with what it last said of itself. */
type Shown = DeviceView & { state?: ReportedState }

export function addDeviceShow(device: CliCommand, context: Context): void {
  device
    .command('show')
    .description('Show what a device should run, what it runs and what stands between them.')
    .argument('<device>', 'name, uuid or id')
    .option('--fleet <fleet>', 'the fleet to look in')
    .option('-w, --watch', 'show it again whenever it changes, until Ctrl-C')
    .example('flotilla device show roof')
    .example('flotilla device show roof --watch')
    .action((name: string, options: ShowOptions) => show(context, name, options))
}

async function show(context: Context, name: string, options: ShowOptions): Promise<void> {
  const session = await context.session()
  const { id } = await findDevice(session.api, name, options.fleet)
  if (options.watch) return watch(context, session, id)
  const shown = await readDevice(session.api, id)
  if (context.output.json) context.output.document(shown)
  else context.output.text(render(context, shown))
}

/** Also gives what it last said of itself, where it has said anything. */
export async function readDevice(api: Api, id: string): Promise<Shown> {
  const path = { id }
  const [device, state] = await Promise.all([
    unwrap(api.GET('/api/v1/devices/{id}', { params: { path } })),
    unwrapIfFound(api.GET('/api/v1/devices/{id}/state', { params: { path } })),
  ])
  return { ...device, ...(state && { state }) }
}

function render({ output }: Context, device: Shown): string {
  const services = serviceRows(device.state?.state)
  const record = renderRecord(
    [...deviceFields(device, output.now), ...transferFields(device.state?.state, output.now)],
    output.style,
  )
  if (services.length === 0) return record
  return `${record}\n\n${renderTable(services, serviceColumns(output.now), output.style)}`
}

async function watch(context: Context, session: Session, id: string): Promise<void> {
  let last: string | undefined
  const draw = async () => {
    const shown = await readDevice(session.api, id)
    const text = JSON.stringify(shown)
    if (text !== last) display(context, shown)
    last = text
  }
  // The stream says only that something changed, and nothing of what changed while it was not open.
  const options = { params: { query: { device: id } }, onOpen: draw }
  for await (const { data } of follow(context, session, '/api/v1/stream', options)) {
    if (isOfDevice(data)) await untilDrawn(context, draw)
  }
}

async function untilDrawn(context: Context, draw: () => Promise<void>): Promise<void> {
  const isDrawn = () => draw().then(() => true)
  while (!(await readOr(false, isDrawn()))) await pause(context)
}

function isOfDevice({ kind }: LiveEvent): boolean {
  return kind === 'device' || kind === 'fleet' || kind === 'release'
}

function display(context: Context, shown: Shown): void {
  const { output, io } = context
  if (output.json) output.documentLine(shown)
  else output.text(`${io.stdout.isTTY === true ? CLEAR_SCREEN : ''}${render(context, shown)}\n`)
}
