import { ApiProblem } from '@flotilla/api-client'
import { CommandError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'

/** What is read, or `meanwhile` where the server is away for now: whoever waits for something looks again anyway. */
export async function readOr<T>(meanwhile: T, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (isAway(error)) return meanwhile
    throw error
  }
}

/** Whether the server, or the way to it, may be back in a moment. */
export function isAway(error: unknown): boolean {
  if (error instanceof CommandError) return error.exitCode === EXIT.unreachable
  return error instanceof ApiProblem && (error.status >= 500 || error.status === 429)
}
