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
