import { VARIABLES } from './config.js'
import { EXIT_MEANINGS } from './exit-codes.js'

/** What `flotilla --help` says below the commands. */
export function rootNotes(): string {
  return [
    'Names:',
    ...aligned([
      ['fleet', 'organization/fleet, or the fleet alone where no other has its name'],
      ['device', "its name, its board's uuid or the beginning of that, or its id"],
      ['release', 'its version, its commit or the beginning of that, or its id'],
    ]),
    '',
    'Environment:',
    ...aligned(Object.entries(VARIABLES)),
    '',
    'Exit status:',
    ...aligned(Object.entries(EXIT_MEANINGS)),
    '  `push` ends with the exit status of git.',
  ].join('\n')
}

function aligned(rows: [term: string, meaning: string][]): string[] {
  const width = Math.max(...rows.map(([term]) => term.length))
  return rows.map(([term, meaning]) => `  ${term.padEnd(width)}  ${meaning}`)
}
