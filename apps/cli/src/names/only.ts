import { CommandError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'

export interface Search<T> {
  /** What was looked for, in the glossary's word: `fleet`. */
  kind: string
  /** What the person typed. */
  name: string
  describe: (found: T) => string
  /** What to do where there is none. */
  ifNone: string
  /** What to do where there are several. */
  ifSeveral: string
}

/** The one thing that a name means. None and several are errors; several are listed. */
export function only<T>(found: readonly T[], search: Search<T>): T {
  const [first, second] = found
  if (first === undefined) throw noSuch(search.kind, search.name, search.ifNone)
  if (second === undefined) return first
  const candidates = found.map(search.describe).sort()
  throw new CommandError(
    `${search.kind}-ambiguous`,
    EXIT.usage,
    `${search.name} could be ${candidates.length} things:\n${candidates.map((text) => `  ${text}`).join('\n')}`,
    { candidates, hint: search.ifSeveral },
  )
}

export function noSuch(kind: string, name: string, hint: string): CommandError {
  return new CommandError(
    `${kind.replaceAll(' ', '-')}-not-found`,
    EXIT.notFound,
    `There is no ${kind} ${name}, or you may not see it.`,
    { hint },
  )
}

export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
