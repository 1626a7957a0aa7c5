import { Option } from 'commander'
import { parseCount, parseDuration } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import { usageError } from '../command-error.js'
import type { Context } from '../context.js'
import { isOnThisMachine } from '../credentials/server-address.js'
import { findFleet, fleetPath } from '../names/fleets.js'
import { formatAge } from '../output/age.js'
import { installCommand } from './install-command.js'
import { createKey } from './provisioning-keys.js'

interface AddOptions {
  fleet?: string
  name?: string
  uses: number
  expires: number
}

export function addDeviceJoining(device: CliCommand, context: Context): void {
  device
    .command('add')
    .description('Print the one line to run on a board, so that it joins a fleet.')
    .argument('[fleet]', 'organization/fleet that it joins')
    .option('--fleet <fleet>', 'the same, as an option')
    .option('--name <name>', 'how the device will be called')
    .option('--uses <count>', 'how many boards may use the line', parseCount, 1)
    .addOption(
      new Option('--expires <time>', 'how long the line works: 12h, 30d')
        .argParser(parseDuration)
        .default(86_400, '1d'),
    )
    .example('flotilla device add --fleet acme/weather --name roof')
    .example('flotilla device add --fleet acme/weather --uses 20 --expires 7d')
    .action((fleet: string | undefined, options: AddOptions) => add(context, fleet, options))
}

async function add(context: Context, given: string | undefined, options: AddOptions): Promise<void> {
  const { fleet: fleetName = given, uses, expires } = options
  if (fleetName === undefined)
    throw usageError('Say which fleet it joins: flotilla device add --fleet organization/fleet')
  const { api, server } = await context.session()
  const fleet = await findFleet(api, fleetName)
  const key = await createKey(api, fleet.id, {
    name: 'flotilla device add',
    maxUses: uses,
    expiresInSeconds: expires,
  })
  const command = installCommand(server, { key: key.key, name: options.name })
  const until = key.expiresAt === undefined ? '' : `; it expires ${formatAge(key.expiresAt, context.output.now)}`
  const boards = uses === 1 ? 'on the board' : `on up to ${uses} boards`
  context.output.note(`To add to ${fleetPath(fleet)}, run this line ${boards}${until}:`)
  if (isOnThisMachine(server)) {
    context.output.note(
      `(Only this machine reaches ${server}. For other boards, sign in by an address that they reach.)`,
    )
  }
  context.output.done({ command, key }, command)
}
