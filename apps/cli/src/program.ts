import { Command } from 'commander'
import { CliCommand } from './cli-command.js'
import { addAuthCommands } from './commands/auth.js'
import { addBuildCommands } from './commands/builds.js'
import { addBundleCommands } from './commands/bundles.js'
import { addCompletionCommands } from './commands/completion.js'
import { addDeviceCommands } from './commands/devices.js'
import { addFleetCommands } from './commands/fleets.js'
import { addOrganizationCommands } from './commands/organizations.js'
import { addProvisioningKeyCommands } from './commands/provisioning-keys.js'
import { addPushCommand } from './commands/push.js'
import { addReleaseCommands } from './commands/releases.js'
import { addSnapshotCommands } from './commands/snapshots.js'
import { addTokenCommands } from './commands/tokens.js'
import { addVariableCommands } from './commands/variables.js'
import type { Config } from './config.js'
import { Context, type GlobalOptions } from './context.js'
import { rootNotes } from './help.js'
import type { Io } from './io.js'
import { version } from './version.js'

const SHELL = 'Shell:'

export interface Program {
  program: CliCommand
  context: Context
}

/** The whole tree of commands, bound to the world of one run. */
export function createProgram(io: Io, config: Config): Program {
  const program = new CliCommand('flotilla')
  const context = new Context(io, config, () => program.opts<GlobalOptions>())
  program
    .description('Runs your apps on fleets of Raspberry Pis and other boards.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpCommand(new Command('help [command]').description('show help for a command').helpGroup(SHELL))
    .option('--json', 'one JSON document on stdout, also for errors on stderr; streams are a document a line')
    .option('--server <url>', 'the server to use, instead of the one signed in to last')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // `run` prints errors, as text or JSON.
      outputError: () => undefined,
      getOutHelpWidth: () => helpWidth(io),
      getErrHelpWidth: () => helpWidth(io),
    })
    .addHelpText('after', `\n${rootNotes()}`)
  addCommands(program, context)
  return { program, context }
}

function addCommands(program: CliCommand, context: Context): void {
  program.commandsGroup('Account:')
  addAuthCommands(program, context)
  addTokenCommands(program, context)
  addOrganizationCommands(program, context)
  program.commandsGroup('Fleets:')
  addFleetCommands(program, context)
  addPushCommand(program, context)
  addReleaseCommands(program, context)
  addBuildCommands(program, context)
  addBundleCommands(program, context)
  addVariableCommands(program, context)
  program.commandsGroup('Devices:')
  addDeviceCommands(program, context)
  addSnapshotCommands(program, context)
  addProvisioningKeyCommands(program, context)
  program.commandsGroup(SHELL)
  addCompletionCommands(program, context)
}

function helpWidth(io: Io): number {
  return Math.min(io.stdout.columns ?? 100, 110)
}
