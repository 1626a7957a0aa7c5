import type { Option } from 'commander'
import type { CliCommand } from '../cli-command.js'

/** What the last of `words` (what follows `flotilla` on the line, the last one perhaps empty) could go on to be. */
export function completionCandidates(program: CliCommand, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? ''
  const { command, pending } = commandAt(program, words.slice(0, -1))
  return candidatesFor(program, command, { typed, pending }).filter((word) => word.startsWith(typed))
}

interface Place {
  typed: string
  /** The option whose value is typed now. */
  pending?: Option
}

function candidatesFor(program: CliCommand, command: CliCommand, { typed, pending }: Place): string[] {
  if (pending) return pending.argChoices ?? []
  const options = command === program ? program.options : [...command.options, ...program.options]
  const flags = options.flatMap((option) => option.long ?? [])
  const names = command.children.map((child) => child.name())
  return typed.startsWith('-') || names.length === 0 ? flags : names
}

function commandAt(program: CliCommand, words: readonly string[]): { command: CliCommand; pending?: Option } {
  let command = program
  let pending: Option | undefined
  for (const word of words) {
    if (pending) {
      pending = undefined
      continue
    }
    const option = [...command.options, ...program.options].find(({ short, long }) => word === short || word === long)
    if (option?.required) pending = option
    const child = command.children.find((child) => child.name() === word)
    if (child && !option) command = child
  }
  return { command, pending }
}
