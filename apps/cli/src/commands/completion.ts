import { Argument } from 'commander'
import type { CliCommand } from '../cli-command.js'
import { completionCandidates } from '../completion/candidates.js'
import { COMPLETION_SCRIPTS, type Shell } from '../completion/scripts.js'
import type { Context } from '../context.js'

export function addCompletionCommands(program: CliCommand, context: Context): void {
  program
    .command('completion')
    .description('Print a script that completes commands and options in your shell.')
    .addArgument(new Argument('<shell>').choices(Object.keys(COMPLETION_SCRIPTS)))
    .example('source <(flotilla completion bash)')
    .example('flotilla completion fish > ~/.config/fish/completions/flotilla.fish')
    .action((shell: Shell) => context.output.text(COMPLETION_SCRIPTS[shell]))
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => {
      const candidates = completionCandidates(program, words)
      if (candidates.length > 0) context.output.text(candidates.join('\n'))
    })
}
