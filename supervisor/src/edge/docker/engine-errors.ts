/*
 * How the engine says no, and which of it means "already so".
 */
import { SpoiledError, TerminalError } from '../../errors.js'

export function statusOf(error: unknown): number | undefined {
  const status: unknown = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : undefined
}

/** Awaits a call; these answers count as success, since what was asked for is so already. */
export async function orAlreadySo(call: Promise<unknown>, ...statuses: number[]): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error
  }
}

/**
 * Throws what a create call threw. A 400 there is about what was asked for, not about the moment. (Not so for start:
 * Docker answers 400 to a device that is not plugged in yet.)
 */
export function refuseCreation(what: string, cause: unknown): never {
  if (cause instanceof SpoiledError) throw cause
  if (statusOf(cause) === 400) throw new TerminalError(`The engine refuses ${what}`, { cause })
  throw new Error(`Could not create ${what}`, { cause })
}

// What the engine says when a container does not start, and what a person needs to know of it.
const START_TROUBLES: [RegExp, (found: RegExpExecArray) => string][] = [
  [/Bind for (\S+):(\d+) failed: port is already allocated/, ([, , port]) => `port ${port} is already in use`],
  [/listen (?:tcp|udp)\S* \S*:(\d+): bind: address already in use/, ([, port]) => `port ${port} is already in use`],
  [
    /exec: "([^"]+)": (?:stat \S+: no such file or directory|executable file not found in \$PATH)/,
    ([, program]) => `its image has no program ${program}`,
  ],
  [/exec: "([^"]+)": permission denied/, ([, program]) => `its program ${program} is not executable`],
  [/error gathering device information while adding custom device "([^"]+)"/, ([, name]) => `the board has no ${name}`],
]

/** The error of a start, in words for people where it is a known one. */
export function explainStart(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  for (const [pattern, sentence] of START_TROUBLES) {
    const found = pattern.exec(cause.message)
    if (found) return new StartTrouble(sentence(found))
  }
  return cause
}

class StartTrouble extends Error {
  override name = 'StartTrouble'
}
