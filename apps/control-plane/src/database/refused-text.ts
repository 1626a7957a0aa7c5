import { QueryFailedError } from 'typeorm'

/** Whether a statement failed because a text in it holds a NUL character, which JSON and URLs can, and Postgres cannot. */
export function isRefusedText(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false
  const { code } = error.driverError as { code?: string }
  return code === '22021' || code === '22P05'
}
