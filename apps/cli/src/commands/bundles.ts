import { collect } from '../arguments.js'
import type { CliCommand } from '../cli-command.js'
import type { Context } from '../context.js'
import { applyBundle, type ApplyOptions } from './bundle-apply.js'
import { createBundle, type CreateOptions } from './bundle-create.js'
import { showBundle } from './bundle-show.js'

export function addBundleCommands(program: CliCommand, context: Context): void {
  const bundle = program.command('bundle').description('Files that update boards without a link: make, look, apply.')
  bundle
    .command('create')
    .description(
      'Make a file that updates boards which the cloud does not reach, from a stick or by bundle apply. It holds the ' +
        'variables of its boards, secret ones too. Run it again after an interruption: it goes on where it stopped.',
    )
    .argument('<fleet|device...>', 'a fleet, for all its devices; or devices of one fleet, by name, uuid or id')
    .option('--release <release>', 'version, commit or id; absent: the one that the fleet is to run')
    .option(
      '--delta-from <release>',
      'a release that the boards run: a small file, for those alone; repeatable',
      collect,
    )
    .option('--fleet <fleet>', 'the names are those of devices, and this is the fleet to look in')
    .option('-o, --output <file>', 'where to, or the folder; absent: <fleet>-<release>.flotilla')
    .option('--force', 'replace a file of that name')
    .example(
      'flotilla bundle create acme/weather -o /media/stick',
      'flotilla bundle create acme/weather --delta-from 17-0c1d2e3',
      'flotilla bundle create roof cellar --release 18-9a0b1c2',
    )
    .action((names: string[], options: CreateOptions) => createBundle(context, names, options))
  bundle
    .command('show')
    .description('Show what is in a bundle and for which boards, and check that all of it is there and right.')
    .argument('<file>', 'made by bundle create')
    .example('flotilla bundle show weather-18-9a0b1c2.flotilla')
    .action((file: string) => showBundle(context, file))
  bundle
    .command('apply')
    .description('Hand a bundle to a board in the same network. What has come of it before is not sent again.')
    .argument('<file>', 'made by bundle create')
    .requiredOption('--board <address>', 'host, host:port or URL of the board: its door for bundles, or its local API')
    .option('--token <token>', 'for the local API; the door to the local network wants none')
    .option('--wait', 'stay until the board runs what it brings')
    .example('flotilla bundle apply weather-18-9a0b1c2.flotilla --board raspberrypi.local --wait')
    .action((file: string, options: ApplyOptions) => applyBundle(context, file, options))
}
