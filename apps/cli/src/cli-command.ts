import { Command, type Help, type HelpContext } from 'commander'

/** A command that knows its examples: every one that does something has one, shown in --help and docs/cli.md. */
export class CliCommand extends Command {
  readonly examples: string[] = []

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name)
  }

  /** Adds a line that a person could type, without a prompt sign. */
  example(...lines: string[]): this {
    this.examples.push(...lines)
    return this
  }

  override helpInformation(context?: HelpContext): string {
    const examples = this.examples.map((line) => `  $ ${line}\n`).join('')
    return super.helpInformation(context) + (examples && `\nExamples:\n${examples}`)
  }

  override createHelp(): Help {
    return Object.assign(super.createHelp(), { showGlobalOptions: true }, this.configureHelp())
  }

  /** The commands below this one that a person may call, without the built-in help. */
  get children(): CliCommand[] {
    return this.createHelp()
      .visibleCommands(this)
      .filter((command): command is CliCommand => command instanceof CliCommand && command.name() !== 'help')
  }
}

/** This command and all below it, in the order of the help. */
export function walkCommands(command: CliCommand): CliCommand[] {
  return [command, ...command.children.flatMap(walkCommands)]
}

/** What is typed to get to it: `flotilla fleet create`. */
export function commandPath(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at; at = at.parent) names.unshift(at.name())
  return names.join(' ')
}
