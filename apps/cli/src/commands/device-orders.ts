import type { DeviceCommandInput, DeviceView } from '@flotilla/contracts'
import { Option } from 'commander'
import { answerTo, sendCommand } from '../api/device-commands.js'
import { parseDuration } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { confirmHarm } from '../prompts.js'

interface OrderOptions {
  fleet?: string
  force?: boolean
  yes?: boolean
  /** In seconds; false: not at all. */
  wait: number | false
}

interface Order {
  body: DeviceCommandInput
  /** What people read where the device says only that it did so. */
  done: (device: DeviceView) => string
  /** Absent: it harms nothing. */
  question?: (device: DeviceView) => string
}

const DEVICE = 'name, uuid or id'
const IN_SPITE_OF_LOCKS = "in spite of the app's locks"

export function addDeviceOrders(device: CliCommand, context: Context): void {
  addUpdateNow(device, context)
  addServiceOrders(device, context)
  addPurge(device, context)
  addHostOrders(device, context)
}

function addUpdateNow(device: CliCommand, context: Context): void {
  orderCommand(device, 'update-now')
    .description('Have a device look for its release now.')
    .option('-f, --force', 'in spite of windows and locks, and also try a release again that it rejected')
    .example('flotilla device update-now roof', 'flotilla device update-now roof --force')
    .action((name: string, options: OrderOptions) =>
      give(context, name, options, {
        body: { kind: 'update-now', force: options.force },
        done: (device) => `${device.name} looks for its release. See how it fares: flotilla device explain ${name}`,
      }),
    )
}

function addServiceOrders(device: CliCommand, context: Context): void {
  orderCommand(device, 'restart')
    .description('Restart a service of a device, or all of them.')
    .argument('[service]', 'absent: all of the app')
    .option('-f, --force', IN_SPITE_OF_LOCKS)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device restart roof web')
    .action((name: string, service: string | undefined, options: OrderOptions) =>
      give(context, name, options, {
        body: { kind: 'restart', service, force: options.force },
        done: (device) => `Restarted ${service ?? 'all services'} on ${device.name}.`,
        question: (device) => `Restart ${service ?? 'all services'} on ${device.name}?`,
      }),
    )
  orderCommand(device, 'stop')
    .description('Stop a service of a device until it is started again.')
    .argument('<service>', 'its name')
    .option('-f, --force', IN_SPITE_OF_LOCKS)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device stop roof web')
    .action((name: string, service: string, options: OrderOptions) =>
      give(context, name, options, {
        body: { kind: 'stop', service, force: options.force },
        done: (device) => `Stopped ${service} on ${device.name}.`,
        question: (device) => `Stop ${service} on ${device.name}, until somebody starts it again?`,
      }),
    )
  orderCommand(device, 'start')
    .description('Start a service of a device that was stopped.')
    .argument('<service>', 'its name')
    .example('flotilla device start roof web')
    .action((name: string, service: string, options: OrderOptions) =>
      give(context, name, options, {
        body: { kind: 'start', service },
        done: (device) => `Started ${service} on ${device.name}.`,
      }),
    )
}

function addPurge(device: CliCommand, context: Context): void {
  orderCommand(device, 'purge')
    .description('Empty volumes of a device: its services stop, lose what is in them, and start again.')
    .argument('[volumes...]', 'absent: all of the app')
    .option('-f, --force', IN_SPITE_OF_LOCKS)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device purge roof cache')
    .action((name: string, given: string[], options: OrderOptions) => {
      const volumes = given.length === 0 ? undefined : given
      const which = volumes?.join(', ') ?? 'all volumes'
      return give(context, name, options, {
        body: { kind: 'purge', volumes, force: options.force },
        done: (device) => `Emptied ${which} on ${device.name}.`,
        question: (device) => `Empty ${which} on ${device.name}? What is in there is lost.`,
      })
    })
}

function addHostOrders(device: CliCommand, context: Context): void {
  orderCommand(device, 'reboot')
    .description('Restart the board of a device.')
    .option('-f, --force', IN_SPITE_OF_LOCKS)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device reboot roof')
    .action((name: string, options: OrderOptions) =>
      give(context, name, options, {
        body: { kind: 'reboot', force: options.force },
        done: (device) => `${device.name} restarts.`,
        question: (device) => `Restart the board of ${device.name}?`,
      }),
    )
  orderCommand(device, 'shutdown')
    .description('Turn the board of a device off.')
    .option('-f, --force', IN_SPITE_OF_LOCKS)
    .option('-y, --yes', 'do not ask')
    .example('flotilla device shutdown roof')
    .action((name: string, options: OrderOptions) =>
      give(context, name, options, {
        body: { kind: 'shutdown', force: options.force },
        done: (device) => `${device.name} turns itself off.`,
        question: (device) => `Turn ${device.name} off? Somebody has to go there to turn it on again.`,
      }),
    )
}

function orderCommand(device: CliCommand, name: string): CliCommand {
  return device
    .command(name)
    .argument('<device>', DEVICE)
    .option('--fleet <fleet>', 'the fleet to look in')
    .addOption(
      new Option('--wait <time>', "how long to wait for the device's answer: 90s, 10m")
        .argParser(parseDuration)
        .default(300, '5m'),
    )
    .option('--no-wait', 'do not wait: the device is asked, and what comes of it is left open')
}

async function give(context: Context, name: string, options: OrderOptions, order: Order): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, options.fleet)
  if (order.question) await confirmHarm(context.io, order.question(device), options.yes)
  const given = await sendCommand(api, device, order.body)
  if (options.wait === false) return context.output.done(given, `Asked ${device.name}: ${order.body.kind}.`)
  const ended = await answerTo(context, device, given, options.wait)
  context.output.done(ended, ended.detail ?? order.done(device))
}
